import { MONTHS } from './months.js'

/** Names of the months as languages write them, and how they are cut short: the first of several is the common one. */
const LANGUAGES: readonly (readonly [long: string, short: string])[] = [
  [MONTHS.join(' ').toLowerCase(), 'jan feb mar apr may jun jul aug sep|sept oct nov dec'],
  [
    'januar|jänner februar märz april mai juni juli august september oktober november dezember',
    'jan|jän feb mär|mrz apr mai jun jul aug sep|sept okt nov dez'
  ],
  [
    'janvier février mars avril mai juin juillet août septembre octobre novembre décembre',
    'janv févr|fév mars avr mai juin juil août sept oct nov déc'
  ],
  [
    'enero febrero marzo abril mayo junio julio agosto septiembre|setiembre octubre noviembre diciembre',
    'ene feb mar abr may jun jul ago sep|sept|set oct nov dic'
  ],
  [
    'gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre',
    'gen feb mar apr mag giu lug ago set ott nov dic'
  ],
  [
    'janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro',
    'jan fev mar abr mai jun jul ago set out nov dez'
  ],
  [
    'januari februari maart april mei juni juli augustus september oktober november december',
    'jan feb mrt apr mei jun jul aug sep|sept okt nov dec'
  ],
  [
    'januari februari mars april maj juni juli augusti september oktober november december',
    'jan feb mar apr maj jun jul aug sep|sept okt nov dec'
  ],
  [
    'januar februar marts|mars april maj|mai juni juli august september oktober november december|desember',
    'jan feb mar apr maj|mai jun jul aug sep okt nov dec|des'
  ],
  [
    'stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia',
    'sty lut mar kwi maj cze lip sie wrz paź lis gru'
  ],
  [
    'ledna února března dubna května června července srpna září října listopadu prosince',
    'led úno bře dub kvě čvn čvc srp zář říj lis pro'
  ],
  [
    'января февраля марта апреля мая июня июля августа сентября октября ноября декабря',
    'янв фев мар апр мая июн июл авг сен|сент окт ноя дек'
  ],
  ['ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık', 'oca şub mar nis may haz tem ağu eyl eki kas ara']
]

/** Whether a word is the name of a month in some language. */
export const isMonthName = (word: string): boolean => {
  const own = bare(word.toLowerCase())
  return LANGUAGES.some((names) => names.some((list) => list.split(/[ |]/).includes(own)))
}

/** A word that may be the name of a month, with the point of one that is cut short. */
const WORD = /\p{L}{3,}\.?/gu

const bare = (word: string): string => (word.endsWith('.') ? word.slice(0, -1) : word)

/** How the months of a column are called [12], where it is not `June` and `Jun`. */
export type MonthNames = readonly string[]

/**
 * Names of months by which every cell has one, as most of them spell it, and as the language does where no cell has it; undefined where a
 * cell has none, and of several languages the first. Cost O(cells).
 */
export function monthNames(cells: readonly (string | null)[]): MonthNames | undefined {
  for (const words of LANGUAGES) {
    const [long, short] = words.map((own) => own.split(' ').map((names) => names.split('|'))) as [string[][], string[][]]
    const places = new Map([...short, ...long].flatMap((names, k) => names.map((name) => [name, k % 12] as const)))
    const seen = seenIn(cells, places)
    if (seen) return namesFrom(seen, long, short)
  }
  return undefined
}

/** How often each month has each of its names. */
function seenIn(cells: readonly (string | null)[], places: ReadonlyMap<string, number>): Map<string, number>[] | undefined {
  const seen = Array.from({ length: 12 }, () => new Map<string, number>())
  for (const cell of cells) {
    if (cell === null) continue
    const word = cell.match(WORD)?.find((one) => places.has(bare(one).toLowerCase()))
    if (word === undefined) return undefined
    const own = seen[places.get(bare(word).toLowerCase())!]!
    own.set(word, (own.get(word) ?? 0) + 1)
  }
  return seen.some(({ size }) => size > 0) ? seen : undefined
}

function namesFrom(seen: readonly Map<string, number>[], long: readonly string[][], short: readonly string[][]): MonthNames {
  const own = seen.map((counts) => [...counts].sort((a, b) => b[1] - a[1])[0]?.[0])
  const words = own.filter((word) => word !== undefined)
  const isLong = own.every((word, k) => word === undefined || long[k]!.includes(bare(word).toLowerCase()))
  const hasPoints = words.some((word) => word.endsWith('.'))
  const spelled = (name: string): string => {
    if (words.every((word) => word === word.toUpperCase())) return name.toUpperCase()
    return words.every((word) => word[0] === word[0]!.toUpperCase()) ? name[0]!.toUpperCase() + name.slice(1) : name
  }
  return own.map((word, k) => {
    if (word !== undefined) return word
    const name = (isLong ? long : short)[k]![0]!
    return spelled(name) + (hasPoints && name !== long[k]![0] ? '.' : '')
  })
}

/** A cell with the English name of its month in place of its own; as it is where it has none. */
export function inEnglish(text: string, names: MonthNames): string {
  return text.replace(WORD, (word) => {
    const own = bare(word).toLowerCase()
    const place = names.findIndex((name) => bare(name).toLowerCase() === own)
    return place < 0 ? word : MONTHS[place]!
  })
}
