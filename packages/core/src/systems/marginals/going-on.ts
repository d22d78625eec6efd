import { InputError } from '../../num/errors.js'
import type { MarginalsModel } from './model.js'
import { driftless, isMended, type MarginalsOptions, type ReferenceName } from './options.js'
import type { SnapshotTable } from './snapshot-table.js'

/** What of a model a fit goes on from. */
interface Beginning {
  readonly reference: ReferenceName | undefined
  readonly marginals: MarginalsModel
  readonly columns: Pick<SnapshotTable, 'columnNames' | 'calendar'>
}

/** A model whose parameters another fit begins at: of a named drift or a linear one, whose parameters mean the same among any snapshots. */
export function beginningIn<M extends Beginning>(model: M | { readonly groups: unknown }): M {
  if ('groups' in model) throw noBeginning('of groups', 'a fit of each group')
  const { reference, marginals } = model
  if (marginals.growth) throw noBeginning('in which particles multiply and die', 'a model without --growth')
  if (marginals.varying?.size) throw noBeginning('whose parameters step at its own snapshots', 'a model without --varying')
  if (driftless(reference))
    throw noBeginning(`of the reference ${reference}, which has no parameters to go on from`, 'fitting the whole table')
  if (isMended(reference))
    throw noBeginning(
      'of an equation and a smooth remainder, whose weights belong to the snapshots that it was fitted to',
      'fitting the whole table'
    )
  if (marginals.family.weights || reference === undefined)
    throw noBeginning('of a smooth field, whose weights belong to the snapshots that it was fitted to', 'fitting the whole table')
  return model
}

const noBeginning = (what: string, remedy: string): InputError =>
  new InputError({
    code: 'continue-model',
    got: `--continue with a model ${what}`,
    expected: 'one of a linear or named drift, of all particles',
    try: remedy
  })

/**
 * The options of a fit that goes on: the reference and the kind of noise are the model's, σ too where it was given. Throws
 * `InputError` where others are asked for, or the table has other columns or another kind of times.
 */
export function optionsGoingOn(
  { reference, marginals, columns }: Beginning,
  own: Omit<MarginalsOptions, 'holdOut'>,
  { columnNames, calendar }: Pick<SnapshotTable, 'columnNames' | 'calendar'>
): Omit<MarginalsOptions, 'holdOut'> {
  const { diffusion, sigma, sigmaFrom } = marginals
  refuseOther('the reference', own.reference, reference, '--reference')
  refuseOther('the diffusion', own.diffusion === 'auto' ? undefined : own.diffusion, diffusion, '--diffusion')
  refuseOther('the columns', columnNames.join(', '), columns.columnNames.join(', '), '--columns', columns.columnNames.join(','))
  const times = (dates: boolean) => (dates ? 'dates' : 'numbers')
  refuseOther('times that are', times(calendar !== undefined), times(columns.calendar !== undefined), '--time')
  const given = own.sigma === undefined && sigmaFrom === 'given' ? { sigma: Array.from(sigma) } : {}
  return { ...own, reference: reference as ReferenceName, diffusion, ...given }
}

function refuseOther(what: string, asked: unknown, model: unknown, flag: string, value = String(model)): void {
  if (asked === undefined || asked === model) return
  throw new InputError({
    code: 'continue-other',
    got: `${what} ${typeof asked === 'string' ? asked : 'of the caller'} where the fit goes on from a model`,
    expected: `${what} ${model}, as in the model`,
    try: flag === '--time' ? 'a table whose times are written alike' : `${flag} ${value}, or no --continue`
  })
}

/** From where a fit went on, in a sentence. */
export function beginningNote({ family, theta, snapshots }: MarginalsModel, spell: (time: number) => string): string {
  const values = family.parameters.map(({ name }, k) => `${name} ${Number(theta[k]!.toPrecision(4))}`)
  return `The fit went on from a model of ${snapshots.length} snapshots, ${spell(snapshots[0]!.time)} to ${spell(snapshots.at(-1)!.time)}: ${values.join(', ')}.`
}
