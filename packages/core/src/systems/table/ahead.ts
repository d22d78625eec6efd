import {
  everyPart,
  exactRules,
  hasParts,
  nearlyTotalNotes,
  partRules,
  rulesOfParts,
  type Search,
  totalNotes
} from '../../code/rules/find.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import type { Rule } from '../../code/rules/rule.js'
import type { Task } from '../../num/crew.js'
import type { Crew, StopSignal } from '../../num/iterate.js'
import type { RawTable } from '../../table/raw.js'
import { isNumeric, type NumericColumn } from '../../table/table.js'
import { type Shape, shapeOf, varies } from '../global/choose-scaling.js'
import { prepareRows } from '../prepare.js'
import { keptAsTheyAre, type ruledRows } from '../ruled-rows.js'

/** Operations for a cell: rules of parts of the rows and sorts take some 0.5 µs of 50,000 × 12 mixed. */
const CELL_WORK = 200

interface Ahead {
  readonly data: WrittenTable
  readonly search: Search
  readonly parts: readonly number[]
  readonly columns: readonly NumericColumn[]
}

interface Found {
  readonly rules: readonly (readonly Rule[])[]
  readonly shapes: readonly Shape[]
}

/** Rules of parts of the rows, and shapes of columns, in any thread. */
export const aheadTask: Task<Ahead, Found> = {
  name: 'ahead',
  run: ({ data, search, parts, columns }) => ({
    rules: rulesOfParts(data, search, parts),
    shapes: columns.map((column) => shapeOf(column))
  })
}

type Options = Parameters<typeof ruledRows>[1] & { readonly group?: string | undefined }

/**
 * Has other threads find rules of parts of the rows and shapes of columns, this one what holds of all rows, and keeps all of it until a
 * plan and a fit ask: these find the same without. Nothing of tables so small that threads would take longer to start.
 */
export async function lookAhead(
  raw: RawTable,
  options: Options,
  { crew, stop }: { crew?: Crew | undefined; stop?: StopSignal | undefined }
): Promise<void> {
  const { rules, rule = [], image, group, latent, scaling } = options
  if (!crew || rules === 'off' || rule.length > 0 || image !== undefined || group !== undefined || latent !== undefined) return
  if (CELL_WORK * raw.rowCount * raw.columns.length <= crew.least(crew.others)) return
  const { table, formats } = prepareRows(raw, options).data
  const data = { table, formats }
  if (looked.has(table) || !hasParts(data)) return
  looked.add(table)
  const search = { except: keptAsTheyAre(data, options) }
  const columns = typeof scaling === 'string' && scaling !== 'auto' ? [] : table.columns.filter(isNumeric).filter(varies)
  const hands = Math.min(crew.others, everyPart.length)
  const asked = Promise.all(
    Array.from({ length: hands }, (_, hand) => {
      const input: Ahead = { data, search, parts: handOf(everyPart, hand, hands), columns: handOf(columns, hand, hands) }
      return crew.run(aheadTask.name, input, { stop }) as Promise<Found>
    })
  )
  totalNotes(data)
  nearlyTotalNotes(data)
  exactRules(data, search)
  const found = await asked
  const partsFound = found.map((one) => one.rules)
  const shapesFound = found.map((one) => one.shapes)
  partRules(
    data,
    search,
    everyPart.map((part) => dealt(partsFound, part))
  )
  for (const [c, column] of columns.entries()) shapeOf(column, dealt(shapesFound, c))
}

/** What is dealt out to a hand, in turn. */
const handOf = <T>(all: readonly T[], hand: number, hands: number): T[] => all.filter((_, k) => k % hands === hand)

/** The k-th of what was dealt out so. */
const dealt = <T>(found: readonly (readonly T[])[], k: number): T => found[k % found.length]![Math.floor(k / found.length)]!

/** Tables that were looked at. */
const looked = new WeakSet<WrittenTable['table']>()
