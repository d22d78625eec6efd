/**
 * Tables of several kinds, made by documented laws, so that everybody has the same: a bank (accounts with transactions over time),
 * a shop (customers, orders, order lines, products: many-to-many), a shop of music with the schema of Chinook, and staff (employees with managers, and their absences).
 * Each is `{ tables: { name: RawTable }, keys: '…' }`.
 */

/** A small generator of its own (mulberry32): data must not change with the toolkit's. */
export function randomFrom(seed) {
  let state = seed >>> 0
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  const poisson = (mean) => {
    let [k, p] = [0, Math.exp(-mean)]
    let left = uniform()
    while (left > p && k < 500) {
      left -= p
      p *= mean / ++k
    }
    return k
  }
  const pick = (list, weights) => {
    const total = weights ? weights.reduce((a, b) => a + b, 0) : list.length
    let left = uniform() * total
    for (let i = 0; i < list.length; i++) {
      left -= weights ? weights[i] : 1
      if (left < 0) return list[i]
    }
    return list[list.length - 1]
  }
  return { uniform, normal, poisson, pick }
}

const DAY = 86_400_000
const iso = (time) => new Date(time).toISOString().slice(0, 10)
const cents = (x) => x.toFixed(2)

/** Records as columns of text, as a CSV file has them. */
export function textTable(records) {
  const names = Object.keys(records[0])
  const columns = names.map((name) => ({
    name,
    source: 'text',
    values: records.map((row) => (row[name] === null || row[name] === undefined ? null : String(row[name])))
  }))
  return { columns, rowCount: records.length }
}

/**
 * A bank. Account: district (4), age of the owner 18 to 90, a monthly statement or not, opened 2019 to 2022. Transactions: their
 * number is Poisson with a mean that grows with age and with the district's wealth, and is nought for one account in ten; the
 * first comes days after the opening, the next after gamma-like gaps; kind (card, cash, transfer) hangs on age and stays likely in
 * one account; the amount is log-normal about the account's own level, which hangs on the district, and follows the last amount.
 */
export function bank({ accounts = 400, seed = 1 } = {}) {
  const { uniform, normal, poisson, pick } = randomFrom(seed)
  const wealth = { north: 0, south: 0.5, east: -0.5, city: 1 }
  const accountRows = []
  const transactions = []
  for (let a = 1; a <= accounts; a++) {
    const district = pick(['north', 'south', 'east', 'city'], [3, 2, 2, 3])
    const age = Math.round(18 + (72 * (uniform() + uniform())) / 2)
    const opened = Date.UTC(2019, 0, 1) + Math.floor(uniform() * 1400) * DAY
    accountRows.push({ account_id: a, district, age, statement: uniform() < 0.2 + 0.6 * (age > 50) ? 'yes' : 'no', opened: iso(opened) })
    const count = uniform() < 0.1 ? 0 : poisson(3 + age / 15 + 2 * wealth[district])
    const level = 4 + wealth[district] + 0.5 * normal()
    const habit = pick(['card', 'cash', 'transfer'], [90 - age, age - 10, 25])
    let [time, last] = [opened + Math.ceil(1 + 10 * uniform()) * DAY, level]
    for (let k = 0; k < count; k++) {
      last = level + 0.5 * (last - level) + 0.4 * normal()
      const kind = uniform() < 0.6 ? habit : pick(['card', 'cash', 'transfer'])
      transactions.push({ account_id: a, date: iso(time), kind, amount: cents(Math.exp(last + (kind === 'transfer' ? 0.8 : 0))) })
      time += Math.ceil(1 + 20 * -Math.log(1 - uniform())) * DAY
    }
  }
  transactions.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.account_id - b.account_id))
  const rows = transactions.map((row, i) => ({ transaction_id: 10_001 + i, ...row }))
  return {
    tables: { accounts: textTable(accountRows), transactions: textTable(rows) },
    keys: 'transactions.account_id -> accounts.account_id'
  }
}

/**
 * A shop. Customers: country (4), segment, joined 2021 to 2023. Orders: Poisson, more of business customers, nought for one in
 * five; ordered some days after joining, then after gaps; the channel stays likely with a customer; shipping by country. Order
 * lines: 1 + Poisson, more for business; the product is chosen by popularity times a taste of the segment for its category, no
 * product twice in an order; quantity is larger for cheap products and for business. Products: category (4), price log-normal by
 * category, stocked or not.
 */
export function shop({ customers = 200, products = 40, seed = 1 } = {}) {
  const { uniform, normal, poisson, pick } = randomFrom(seed)
  const categories = ['books', 'garden', 'kitchen', 'office']
  const taste = { business: { books: 1, garden: 0.2, kitchen: 0.5, office: 4 }, private: { books: 2, garden: 2, kitchen: 2, office: 0.5 } }
  const productRows = Array.from({ length: products }, (_, i) => {
    const category = categories[i % 4]
    const price = Math.exp({ books: 2.7, garden: 3.5, kitchen: 3.2, office: 2.2 }[category] + 0.5 * normal())
    return { sku: `P-${1001 + 7 * i}`, category, price: cents(price), stocked: uniform() < 0.8 ? 'yes' : 'no' }
  })
  const popularity = productRows.map(() => Math.exp(0.8 * normal()))
  const customerRows = []
  const orders = []
  const lines = []
  for (let c = 1; c <= customers; c++) {
    const country = pick(['AT', 'CH', 'DE', 'NL'], [2, 1, 5, 2])
    const segment = uniform() < 0.3 ? 'business' : 'private'
    const joined = Date.UTC(2021, 0, 1) + Math.floor(uniform() * 900) * DAY
    customerRows.push({ customer_id: 100 + c, country, segment, joined: iso(joined) })
    const count = uniform() < 0.2 ? 0 : 1 + poisson(segment === 'business' ? 5 : 1.5)
    const habit = pick(['web', 'phone', 'store'], segment === 'business' ? [2, 4, 1] : [5, 1, 2])
    let time = joined + Math.ceil(1 + 30 * uniform()) * DAY
    for (let k = 0; k < count; k++) {
      const order = { customer_id: 100 + c, ordered: iso(time), channel: uniform() < 0.7 ? habit : pick(['web', 'phone', 'store']) }
      const shipping = { DE: 4, AT: 7, NL: 7, CH: 15 }[country] + Math.round(2 * uniform())
      const taken = new Set()
      for (let l = 0, most = 1 + poisson(segment === 'business' ? 2.5 : 0.8); l < most && taken.size < products; l++) {
        const weights = productRows.map((p, i) => (taken.has(p) ? 0 : popularity[i] * taste[segment][p.category]))
        const product = pick(productRows, weights)
        taken.add(product)
        const quantity = 1 + poisson((segment === 'business' ? 3 : 0.5) * (Number(product.price) < 15 ? 2 : 0.7))
        lines.push({ order, product, quantity })
      }
      orders.push(Object.assign(order, { shipping: `${shipping}.90` }))
      time += Math.ceil(5 + 60 * -Math.log(1 - uniform())) * DAY
    }
  }
  orders.sort((a, b) => (a.ordered < b.ordered ? -1 : a.ordered > b.ordered ? 1 : 0))
  const numberOf = new Map(orders.map((order, i) => [order, 5001 + i]))
  const orderRows = orders.map((order) => ({ order_id: numberOf.get(order), ...order }))
  const lineRows = lines
    .map(({ order, product, quantity }) => ({ order_id: numberOf.get(order), sku: product.sku, quantity }))
    .sort((a, b) => a.order_id - b.order_id)
  return {
    tables: {
      customers: textTable(customerRows),
      products: textTable(productRows),
      orders: textTable(orderRows),
      order_lines: textTable(lineRows)
    },
    keys: 'orders.customer_id -> customers.customer_id, order_lines.order_id -> orders.order_id, order_lines.sku -> products.sku'
  }
}

/**
 * Staff. Employees: the first leads and has no manager; each other's manager is one above with fewer than seven; department (the
 * manager's, or for those right below the top their own), level, salary by level. Absences: Poisson, more of the old.
 */
export function staff({ employees = 150, seed = 1 } = {}) {
  const { uniform, normal, poisson, pick } = randomFrom(seed)
  const rows = [{ employee_id: 1, manager_id: null, department: 'board', grade: 6, salary: 180000, born: 1965 }]
  const below = [0]
  for (let e = 2; e <= employees; e++) {
    let m
    do m = Math.floor(uniform() ** 1.7 * rows.length)
    while (below[m] >= 7 || rows[m].grade < 2)
    below[m]++
    below.push(0)
    const manager = rows[m]
    const grade = Math.max(1, manager.grade - 1 - (uniform() < 0.3))
    const department = manager.manager_id === null ? pick(['sales', 'works', 'research', 'office'], [3, 4, 2, 1]) : manager.department
    const salary = Math.round((22000 + 14000 * grade + (department === 'research' ? 6000 : 0) + 4000 * normal()) / 100) * 100
    rows.push({ employee_id: e, manager_id: manager.employee_id, department, grade, salary, born: 1960 + Math.floor(40 * uniform()) })
  }
  const absences = []
  for (const { employee_id, born } of rows) {
    let time = Date.UTC(2024, 0, 2) + Math.floor(120 * uniform()) * DAY
    for (let k = poisson(0.5 + (2000 - born) / 20); k > 0; k--) {
      const reason = pick(['illness', 'care', 'training'], [5, born > 1985 ? 4 : 1, 2])
      absences.push({ employee_id, begins: iso(time), days: reason === 'training' ? 2 : 1 + poisson(2 + (2000 - born) / 15), reason })
      time += Math.ceil(10 + 80 * uniform()) * DAY
    }
  }
  return {
    tables: { employees: textTable(rows), absences: textTable(absences) },
    keys: 'employees.manager_id -> employees.employee_id, absences.employee_id -> employees.employee_id'
  }
}

/**
 * A shop of music, with the schema of Chinook: artists, their albums and tracks (genre, minutes, price by genre), playlists and the
 * tracks in them (many-to-many), employees with managers, customers with one of them to look after them, invoices (more of customers
 * who began early; billed in the customer's country) and their lines (tracks of the genres that a country likes, each once), and a
 * total that is the sum of its lines.
 */
export function music({ customers = 150, seed = 1 } = {}) {
  const { uniform, normal, poisson, pick } = randomFrom(seed)
  const genres = ['rock', 'jazz', 'classical', 'pop']
  const countries = ['BR', 'CA', 'FR', 'US']
  const taste = { BR: [2, 2, 1, 5], CA: [5, 1, 1, 2], FR: [1, 4, 3, 1], US: [6, 2, 1, 3] }
  const [artists, albums, tracks] = [[], [], []]
  for (let a = 1; a <= Math.round(customers / 4); a++) {
    const genre = pick(genres, [5, 2, 2, 4])
    const since = 1950 + Math.floor(60 * uniform())
    artists.push({
      artist_id: a,
      origin: pick(
        countries,
        taste.US.map((_, k) => taste[countries[k]][genres.indexOf(genre)])
      ),
      since
    })
    for (let l = 1 + poisson(1); l > 0; l--) {
      const year = since + Math.floor((2020 - since) * uniform())
      const album = albums.push({ album_id: albums.length + 1, artist_id: a, year })
      for (let t = 3 + poisson(genre === 'classical' ? 2 : 5); t > 0; t--) {
        const minutes = Math.exp((genre === 'classical' ? 2.2 : 1.4) + 0.3 * normal())
        tracks.push({
          track_id: tracks.length + 1,
          album_id: album,
          genre,
          minutes: minutes.toFixed(2),
          price: genre === 'classical' ? '1.49' : '0.99'
        })
      }
    }
  }
  const playlists = Array.from({ length: Math.round(customers / 5) }, (_, i) => ({
    playlist_id: i + 1,
    mood: pick(['calm', 'loud'], [1, 2]),
    year: 2018 + Math.floor(5 * uniform())
  }))
  const playlistTracks = playlists.flatMap(({ playlist_id, mood }) => {
    const taken = new Set()
    const weights = tracks.map(
      ({ genre }) => ({ rock: [1, 6], jazz: [4, 1], classical: [5, 1], pop: [2, 4] })[genre][mood === 'calm' ? 0 : 1]
    )
    for (let k = 2 + poisson(4); k > 0; k--) taken.add(pick(tracks, weights).track_id)
    return [...taken].map((track_id) => ({ playlist_id, track_id }))
  })
  const employees = Array.from({ length: 40 }, (_, i) => {
    const manager = i === 0 ? null : 1 + Math.floor((i - 1) / 5)
    const title = i === 0 ? 'director' : i < 6 ? 'lead' : 'agent'
    return {
      employee_id: i + 1,
      manager_id: manager,
      title,
      office: i === 0 ? 'Calgary' : ['Calgary', 'Lyon'][(i < 6 ? i : Math.floor((i - 1) / 5)) % 2],
      hired: 2002 + Math.floor(15 * uniform())
    }
  })
  const agents = employees.filter(({ title }) => title === 'agent')
  const [customerRows, invoices, lines] = [[], [], []]
  for (let c = 1; c <= customers; c++) {
    const country = pick(countries, [2, 2, 2, 4])
    const agent = pick(
      agents,
      agents.map(({ office }) => ((office === 'Lyon') === (country === 'FR') ? 6 : 1))
    )
    const born = 1950 + Math.floor(50 * uniform())
    customerRows.push({ customer_id: c, country, born, support_rep_id: agent.employee_id })
    let time = Date.UTC(2021, 0, 4) + Math.floor(700 * uniform()) * DAY
    for (let k = poisson(1 + (2000 - born) / 15); k > 0; k--) {
      const taken = new Set()
      const weights = tracks.map(({ genre }) => taste[country][genres.indexOf(genre)])
      for (let l = 1 + poisson(country === 'US' ? 3 : 1.5); l > 0; l--) taken.add(pick(tracks, weights))
      const invoice = invoices.length + 1
      const own = [...taken].map((track) => ({
        invoice_id: invoice,
        track_id: track.track_id,
        unit_price: track.price,
        quantity: 1 + Number(uniform() < 0.15)
      }))
      lines.push(...own)
      const total = own.reduce((sum, { unit_price, quantity }) => sum + Number(unit_price) * quantity, 0)
      invoices.push({ invoice_id: invoice, customer_id: c, invoiced: iso(time), billing_country: country, total: cents(total) })
      time += Math.ceil(5 + 90 * -Math.log(1 - uniform())) * DAY
    }
  }
  const tables = {
    artists,
    albums,
    tracks,
    playlists,
    playlist_track: playlistTracks,
    employees,
    customers: customerRows,
    invoices,
    invoice_lines: lines
  }
  return {
    tables: Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, textTable(rows)])),
    keys: [
      'albums.artist_id -> artists.artist_id',
      'tracks.album_id -> albums.album_id',
      'playlist_track.playlist_id -> playlists.playlist_id',
      'playlist_track.track_id -> tracks.track_id',
      'employees.manager_id -> employees.employee_id',
      'customers.support_rep_id -> employees.employee_id',
      'invoices.customer_id -> customers.customer_id',
      'invoice_lines.invoice_id -> invoices.invoice_id',
      'invoice_lines.track_id -> tracks.track_id'
    ].join(', ')
  }
}

/** Writes the tables as CSV files into a folder. */
export async function writeCsv(folder, { tables }) {
  const { mkdirSync, writeFileSync } = await import('node:fs')
  mkdirSync(folder, { recursive: true })
  for (const [name, { columns, rowCount }] of Object.entries(tables)) {
    const lines = Array.from({ length: rowCount }, (_, i) => columns.map(({ values }) => values[i] ?? '').join(','))
    writeFileSync(`${folder}/${name}.csv`, `${[columns.map((column) => column.name).join(','), ...lines].join('\n')}\n`)
  }
}
