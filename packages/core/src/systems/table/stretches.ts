import { BATCH_ROWS } from '../../draw/batch-rows.js'
import { partOf } from '../../draw/batches.js'
import { crossedInAll, ORDER_WARNING, orderWarnings } from '../drawn/crossed-orders.js'
import type { SystemContext } from '../host.js'
import { UNKNOWN_WARNING } from '../rules/ruled-terms.js'
import type { DrawnRows, Stretch } from './options.js'
import { unknownInAll, unknownWarnings } from './unknown.js'

/** Rows of a stretch: four batches, with what is computed once for a draw a small part of it. */
export const STRETCH_ROWS = 4 * BATCH_ROWS

/** A draw of `rows` rows, a stretch at a time. */
export async function* stretches(
  rows: number,
  context: SystemContext,
  draw: (own: Required<Pick<Stretch, 'rows' | 'first'>>, context: SystemContext) => Promise<DrawnRows>
): AsyncIterable<DrawnRows> {
  const parts = Math.ceil(rows / STRETCH_ROWS)
  for (let part = 0; part < parts; part++) {
    const first = part * STRETCH_ROWS
    const { progress } = partOf(context, part, parts) ?? {}
    const drawn = await draw({ first, rows: Math.min(STRETCH_ROWS, rows - first) }, { ...context, progress })
    yield { ...drawn, table: { ...drawn.table, first } }
  }
}

/** What is said of a draw, from what was said of its stretches: the table is that of the last. */
export function drawnInAll(stretches: readonly DrawnRows[]): DrawnRows {
  const last = stretches.at(-1)!
  const sum = (of: (drawn: DrawnRows) => number) => stretches.reduce((all, drawn) => all + of(drawn), 0)
  const rows = sum(({ table }) => table.rowCount)
  const { refined, near } = last
  const effective = sum((drawn) => (drawn.refined?.effective ?? 0) * drawn.table.rowCount) / rows
  const unknown = unknownInAll(stretches)
  const crossed = crossedInAll(stretches.map((drawn) => drawn.crossed ?? []))
  const warnings = last.warnings.filter(({ name }) => name !== UNKNOWN_WARNING && name !== ORDER_WARNING)
  return {
    ...last,
    unknown,
    ...(crossed.length > 0 ? { crossed } : {}),
    warnings: [...warnings, ...unknownWarnings(unknown), ...orderWarnings(crossed)],
    ...(refined ? { refined: { ...refined, effective } } : {}),
    ...(near === undefined ? {} : { near: sum((drawn) => drawn.near ?? 0) })
  }
}
