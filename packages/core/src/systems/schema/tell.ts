import { keyTexts } from '../../code/keys/keep.js'
import { defined } from '../../num/defined.js'
import { exp, log } from '../../num/elementary.js'
import { counted } from '../../num/listed.js'
import { countText, numberText } from '../../tell/numbers.js'
import { facts, type Telling } from '../../tell/telling.js'
import { aggregateText } from './aggregates.js'
import { betweenText } from './bounds.js'
import { copyText } from './copies.js'
import { bareTexts, ceilingTexts } from './count-texts.js'
import type { DrawnTable } from './drawn-table.js'
import { exclusiveText } from './exclusive.js'
import type { FoundKey } from './find-keys.js'
import { type ForeignKey, keyText, pairsOf } from './keys.js'
import { type ChildLaw, keysOfTable, type SchemaModel } from './model.js'
import { nearText, sharedText } from './near.js'
import { lookupText } from './parent-lookups.js'
import { reachingTexts } from './rule-inputs.js'
import { siblingTexts } from './siblings.js'
import { throughText } from './through-keys.js'
import { toldApartText } from './told-apart.js'

/** What laws of tables and drawn tables say: rows of each, the keys between them, and the notes of each table. */
export function tellSchema(
  { tables, order, keys, found, aggregates = [], left = [] }: SchemaModel,
  drawn?: ReadonlyMap<string, DrawnTable>
): Telling {
  const rows = order.map((name) => ({
    name,
    real: tables[name]!.rowCount,
    drawn: drawn?.get(name)?.table.rowCount,
    leftOut: drawn?.get(name)?.leftOut,
    law: tables[name]!.child,
    isKept: tables[name]!.kept !== undefined
  }))
  const forms = order.flatMap((name) => {
    const kept = keysOfTable(tables[name]!)
    return kept ? keyTexts(kept).map((value) => ({ name: `key of ${name}`, value })) : []
  })
  const copies = order.flatMap((name) => {
    const { child, within } = tables[name]!
    const shared = within.flatMap(({ key, shared: via }) => (via ? [sharedText(key, via)] : []))
    return child
      ? [
          ...(child.through ?? []).map(throughText),
          ...child.picks.flatMap(({ key, near }) => (near ? [nearText(key, near)] : [])),
          ...(child.lookups ?? []).map(lookupText),
          ...(child.rules ? reachingTexts(child.ruleInputs ?? [], child.rules).map((text) => `${name}: ${text}`) : []),
          ...(child.copies ?? []).map((one) => copyText(child.key, one)),
          ...(child.siblings
            ? siblingTexts(child.siblings, child.time?.name).map((text) => `${name}: ${text} of each row of ${child.key.to.table}`)
            : []),
          ...(child.exclusive ?? []).map(exclusiveText),
          ...(child.unique ?? []).map((set) => toldApartText(name, set)),
          ...limitTexts(name, child),
          ...shared
        ]
      : []
  })
  return {
    json: {
      tables: Object.fromEntries(
        rows.map(({ name, real, drawn: count, leftOut }) => [
          name,
          count === undefined ? { real } : { rows: count, real, ...defined({ leftOut }) }
        ])
      ),
      keys: keys.foreign.map(keyText),
      ...(forms.length > 0 ? { forms: forms.map(({ name, value }) => `${name}: ${value}`) } : {}),
      ...(aggregates.length > 0 ? { aggregates: aggregates.map(aggregateText) } : {}),
      ...(copies.length > 0 ? { copies } : {}),
      ...(found.length > 0 ? { found: found.map(({ key, ...why }) => ({ key: keyText(key), ...why })) } : {})
    },
    topics: [
      {
        id: 'tables',
        title: 'Tables',
        blocks: [
          facts(
            ...rows.map(({ name, real, drawn: count, law, isKept }) => ({
              name,
              value: counted(count ?? real, 'row'),
              aside: [
                ...(count === undefined ? [] : [`${countText(real)} in the data`]),
                ...(law ? [lawText(law)] : []),
                ...(isKept ? ['kept as it is'] : [])
              ].join('; ')
            }))
          ),
          ...(forms.length > 0 ? [facts(...forms)] : []),
          ...(found.length > 0 ? [facts(...found.map((one) => ({ name: `key found ${keyText(one.key)}`, value: whyText(one) })))] : [])
        ]
      }
    ],
    warnings: [],
    notes: [
      ...(found.length > 0 ? [`no key is stated: ${counted(found.length, 'key')} found; --keys states all of them instead`] : []),
      ...left.map((name) => `${name}: one row, of which nothing can be learned, and to which no key leads: stays empty`),
      ...[...aggregates.map(aggregateText), ...copies].map((text) => `${text}: true of every row, and of every new one`),
      ...rows.flatMap(({ name, leftOut }) =>
        leftOut === undefined ? [] : [`${name}: ${counted(leftOut, 'row')} left out: nothing that they may refer to was free`]
      ),
      ...order.flatMap((name) => tables[name]!.notes.map((note) => noteOf(name, note)))
    ]
  }
}

/** What rows are not beyond of the rows that they refer to: a date, and how many there are. */
function limitTexts(name: string, { key, time, counts, picks, through = [], bounds = [] }: ChildLaw): string[] {
  const keys = [key, ...[...picks, ...through].map((one) => one.key)]
  const between = bounds.filter(({ other }) => other).map((one) => `${name}: ${betweenText(one, keys)}`)
  const date = time?.end?.date ?? time?.until
  const ofCounts = [{ key, counts }, ...picks].flatMap((one) => ceilingTexts(one))
  const bare = [{ key, counts }, ...picks].flatMap((one) => bareTexts(one).map(({ text }) => text))
  return [...(date ? [`${key.to.table}.${date.column} >= ${name}.${time!.name}`] : []), ...ofCounts, ...bare, ...between]
}

/** A note with its table; kinds of columns are those of the schema, not an option. */
function noteOf(name: string, note: string): string {
  const own = note.replace(/; --types .*$/, '')
  return own.startsWith(`${name}.`) ? own : `${name}: ${own}`
}

const columnsOf = (key: ForeignKey): string =>
  pairsOf(key)
    .map(({ column }) => column)
    .join('+')

/** How rows are drawn that refer to others. */
function lawText({ key, time, further, picks }: ChildLaw): string {
  const each = further ? (time ? `one after the other along ${time.name}` : 'each given those before it') : 'each by itself'
  const chosen = picks.map((pick) => `, choosing rows of ${pick.key.to.table} by ${columnsOf(pick.key)}`).join('')
  return `of each row of ${key.to.table} by ${columnsOf(key)}, ${each}${chosen}`
}

const BY_NAME = ['', 'a name as of a key, ', 'one name, ', 'its name says so, ']

/** What speaks for a key that nobody stated. */
function whyText({ names, values, orphans, logChance }: FoundKey): string {
  if (orphans > 0) return `${BY_NAME[names]}${countText(values - orphans)} of ${counted(values, 'value')} are there`
  return `${BY_NAME[names]}all ${counted(values, 'value')} are there, by chance ${chanceText(logChance)}`
}

const chanceText = (logChance: number): string => (logChance < log(1e-12) ? 'never' : numberText(exp(logChance)))
