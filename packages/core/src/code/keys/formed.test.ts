import { describe, expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { prepareTable } from '../../systems/prepare.js'
import { ruledRows } from '../../systems/rules/ruled-rows.js'
import { pinnedTo } from '../../systems/table/pinned.js'
import { formLike } from '../../table/forms.js'
import { presentTable } from '../../table/present.js'
import type { RawColumn, RawTable } from '../../table/raw.js'
import { takeTableRows } from '../../table/rows.js'
import type { CategoricalColumn, Table } from '../../table/table.js'
import { withoutForms } from './formed.js'
import { drawKeys, keepKeys, keyTexts, withKeys } from './keep.js'
import { keyColumns, leaveKeysOut } from './leave-keys-out.js'

const N = 400
const any = <T>(label: string, of: readonly T[]): T[] =>
  Array.from(uniforms(keyFor(keyFromSeed(7), label), N), (u) => of[Math.floor(of.length * u)]!)
const text = (name: string, values: readonly (string | null)[]): RawColumn => ({ name, source: 'text', values })

const channel = any('channel', ['search', 'social', 'video'])
const date = any(
  'date',
  Array.from({ length: 300 }, (_, day) => new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10))
)
const words = any('words', ['brand_de', 'brand_us', 'generic_de', 'generic_us'])
const month = (day: string): string => day.slice(0, 7).replace('-', '')
const campaign = words.map((own, i) => `${channel[i]}_${own}_${month(date[i]!)}`)
const clicks = any(
  'clicks',
  Array.from({ length: 90 }, (_, k) => String(k + 3))
)
const ads: RawTable = {
  rowCount: N,
  columns: [text('date', date), text('campaign', campaign), text('channel', channel), text('clicks', clicks)]
}
const found = (raw: RawTable, options: Parameters<typeof leaveKeysOut>[2] = {}) =>
  leaveKeysOut(raw, prepareTable(raw, options).data, options)
const column = ({ columns }: Table, named: string) => columns.find(({ name }) => name === named)

describe('text that other columns tell in part', () => {
  it('is modelled by its form, and written of its row: none of the values of the data contradicts it', async () => {
    const { table, formats, notes } = found(ads)
    expect(column(table, 'campaign')?.kind).toBe('identifier')
    const form = column(table, 'campaign form') as CategoricalColumn
    expect(form.levels).toEqual(['brand_de', 'brand_us', 'generic_de', 'generic_us'].map((own) => `{channel}_${own}_{date:YM}`))
    expect(Array.from(form.codes, (code) => form.levels[code]!.split('_').slice(1, 3).join('_'))).toEqual(words)
    expect(notes.filter((note) => note.startsWith('campaign'))).toEqual([
      expect.stringContaining('4 forms with channel, year and month of date')
    ])
    const kept = keepKeys(keyColumns(ads, { table }, undefined), 1, { table })
    expect(keyTexts(kept)).toEqual(['campaign in 4 forms, of channel and year and month of date'])
    const turned = Uint32Array.from({ length: N }, (_, i) => (i * 7 + 3) % N)
    // Each column in an order of its own.
    const drawn: Table = {
      rowCount: N,
      columns: table.columns.map((own) => (own.name === 'date' ? takeTableRows({ columns: [own], rowCount: N }, turned).columns[0]! : own))
    }
    const cells = await drawKeys(kept, { count: N, key: keyFromSeed(1), of: { table: drawn, part: N } })
    const expected = words.map((own, i) => `${channel[i]}_${own}_${month(date[turned[i]!]!)}`)
    expect(cells.get('campaign')).toEqual(expected)
    expect(expected.filter((one) => !campaign.includes(one)).length).toBeGreaterThan(10)
    const written = presentTable(
      withKeys(
        drawn,
        Array.from(cells, ([name, own]) => ({ name, cells: own }))
      ),
      [...formats].sort((a, b) => Number(a.name === 'campaign') - Number(b.name === 'campaign')),
      'text'
    )
    expect(written.columns.map(({ name }) => name).sort()).toEqual(['campaign', 'channel', 'clicks', 'date'])
  })

  it('is no lookup, and half of the rows have the same forms', () => {
    const { data, rules } = ruledRows(ads, {})
    expect(rules).toBeUndefined()
    const pinned = pinnedTo(data.table, { input: ads, options: {} })
    expect(pinned.options.types).toMatchObject({ 'campaign form': 'category' })
    expect(pinned.table.columns.map(({ name }) => name)).toEqual(['date', 'channel', 'clicks', 'campaign form'])
    expect(withoutForms(data.table).columns.map(({ name }) => name)).toEqual(['date', 'campaign', 'channel', 'clicks'])
  })

  it('stays a category where its kind is given, where a part of it goes with the rest, where a row says otherwise, and by option', () => {
    const kindOf = (raw: RawTable, options = {}) => column(found(raw, options).table, 'campaign')?.kind
    expect(kindOf(ads, { types: { campaign: 'category' } })).toBe('category')
    expect(kindOf(ads, { forms: 'off' })).toBe('category')
    const otherwise = campaign.with(5, 'search_brand_de')
    expect(kindOf({ ...ads, columns: ads.columns.with(1, text('campaign', otherwise)) })).toBe('category')
    // Towns, each in a state of its own but for one name: no town may move to another state.
    const states = ['IL', 'MA', 'OR']
    const town = any(
      'town',
      Array.from({ length: 30 }, (_, k) => `Town${'abcdefghij'[k % 10]}${'xyz'[k % 3]}`)
    )
    const state = town
      .map((name) => states['xyz'.indexOf(name.at(-1)!)]!)
      .map((own, i) => (i === 0 ? states[(states.indexOf(own) + 1) % 3]! : own))
    const towns: RawTable = {
      ...ads,
      columns: [
        text('state', state),
        text(
          'campaign',
          town.map((name, i) => `${name}, ${state[i]}`)
        ),
        text('clicks', clicks)
      ]
    }
    expect(kindOf(towns)).toBe('category')
  })

  it('is told by the form that it may have', () => {
    const forms = ['{channel}_brand_de_{date:YM}', '{channel}_brand_us_{date:YM}', 'all of {date:Y}']
    expect(formLike(forms, 'search_brand_us_202406')).toBe(forms[1])
    expect(formLike(forms, 'all of 2024')).toBe(forms[2])
    expect(formLike(forms, '_brand_us_202406')).toBeUndefined()
    expect(formLike(forms, 'search_brand_fr_202406')).toBeUndefined()
  })
})
