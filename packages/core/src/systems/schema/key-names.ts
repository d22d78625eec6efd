import type { Place } from './keys.js'

/** What the name of a column says of a key: 3 whose it is, 2 that both are called the same, 1 that it ends as the key does, 0 nothing. */
export type Agreement = 0 | 1 | 2 | 3

/** Last words of names of keys. */
const KEY_WORDS = new Set(['id', 'key', 'no', 'nr', 'num', 'number', 'code', 'uuid', 'guid', 'ref', 'sku'])

/** `customerId`, `customer_id`, `CUSTOMER ID` → customer, id. */
const wordsOf = (name: string): string[] =>
  name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== '')
    .map((word) => word.replace(/(?<=\p{L}{2})(id|uuid|guid)$/u, ' $1'))
    .flatMap((word) => word.split(' '))

/** What one and several have in common: `categories` and `category`, `boxes` and `box`, `courses` and `course`, `diagnoses` and `diagnosis`, `customers` and `customer`. */
const single = (word: string): string =>
  word
    .replace(/ies$/, 'y')
    .replace(/(s|x|z|ch|sh)(?:es?|is)$/, '$1')
    .replace(/(?<![su])s$/, '')

const isBehind = (words: readonly string[], last: readonly string[]): boolean =>
  last.length > 0 && last.length <= words.length && last.every((word, i) => single(word) === single(words[words.length - last.length + i]!))

/** How the name of a column agrees with that of a key of a table. */
export function agreement(column: Place, key: Place): Agreement {
  const [own, table, words] = [wordsOf(column.column), wordsOf(key.table), wordsOf(key.column)]
  const stem = (all: readonly string[]) => (KEY_WORDS.has(all.at(-1) ?? '') ? all.slice(0, -1) : all)
  const isOwnKey = stem(own).length === 0 || isBehind(wordsOf(column.table), stem(own))
  const isTheirs = stem(words).length === 0 || isBehind(table, stem(words)) || isBehind(stem(words), table)
  // `customer_id` and `billing_customer_id` of customers.id; and `customer` alone.
  if (isTheirs && column.table !== key.table && isBehind(stem(own), stem(words).length === 0 ? table : stem(words)) && !isOwnKey) return 3
  if (stem(words).length > 0 && own.join(' ') === words.join(' ')) return isTheirs && !isOwnKey ? 3 : 2
  const [end, last] = [own.at(-1)!, words.at(-1)!]
  return !isOwnKey && KEY_WORDS.has(end) && end === last ? 1 : 0
}
