import { fitWidthField, type KernelChoice } from '../../kernel/bandwidth.js'
import type { Engine } from '../../kernel/engine.js'
import { InputError } from '../../num/errors.js'
import type { Key } from '../../num/random.js'
import type { Turns } from '../../num/together.js'
import { type Encoded, type Encoder, encodeInTurns } from '../../table/encoder.js'
import type { Table } from '../../table/table.js'
import { imputeMissing } from './impute.js'

/** Rows of a table as coordinates and codes, missing cells imputed. Throws `InputError` (code `nothing-varies`). */
export async function encodeTrainingRows(table: Table, encoder: Encoder, key: Key, turns?: Turns): Promise<Encoded> {
  refuseNothingVaries(table, encoder)
  return imputeMissing(encoder, await encodeInTurns(encoder, table, key, turns), key, turns)
}

/** Throws `InputError` (code `nothing-varies`). */
export function refuseNothingVaries(table: Table, encoder: Encoder): void {
  if (encoder.coordinateCount > 0 || encoder.factors.some((factor) => factor.levelCount > 1)) return
  throw new InputError({
    code: 'nothing-varies',
    got: table.columns.length === 1 ? '1 column, which is constant' : `${table.columns.length} columns that are all constant`,
    expected: 'at least one column whose values differ',
    try: 'a table in which something varies'
  })
}

/** A kernel of that kind, at any bandwidth. */
export async function kernelFor(kind: KernelChoice['kind'], rows: () => Promise<Encoded>, engine: Engine): Promise<KernelChoice> {
  const coordinates = kind === 'fixed' ? undefined : (await rows()).coordinates
  return coordinates && coordinates.cols > 0
    ? { kind: 'variable', epsilon: 1, field: await fitWidthField(coordinates, engine) }
    : { kind: 'fixed', epsilon: 1 }
}
