import { placesByName } from '../../num/group.js'
import { listed } from '../../num/listed.js'
import { columnOf } from '../../num/matrix.js'
import { comesBack } from './autoregression.js'
import type { Drawn } from './changes.js'
import type { PlacedSeries } from './season.js'

/**
 * Says which columns are drawn by their changes, and which of the others cannot be told from walks that do not come back: least
 * squares takes the coefficient of such a series for about 5/T less than one, so that a forecast of many steps comes back to a mean
 * and spreads too little. What comes back to a line in time looks like a walk beside a mean, and is foretold the other way round:
 * towards a mean that it has left, with too much spread.
 * @source Dickey, Fuller, JASA 1979; the bias: Kendall, Biometrika 1954.
 */
export function walkNotes(
  { coordinates, places }: PlacedSeries,
  names: readonly string[],
  { drawn = [], other }: WaysOfSeries = {}
): string[] {
  const kindOf = (c: number): Drawn => [drawn[c], other?.drawn[c]].find((own) => own && own !== 'value') ?? 'value'
  const leaving = names.flatMap((name, c) => {
    if (kindOf(c) !== 'value') return []
    const values = columnOf(coordinates, c)
    return comesBack(values, places, 'mean') ? [] : [{ name, isLine: comesBack(values, places, 'line') }]
  })
  const of = (isLine: boolean) => leaving.flatMap((one) => (one.isLine === isLine ? [one.name] : []))
  const [walks, lines] = [of(false), of(true)]
  const changing = names.flatMap((name, c) => (kindOf(c) === 'value' ? [] : [{ name, kind: kindOf(c), isFirst: drawn[c] !== 'value' }]))
  return [
    ...[...placesByName(changing, ({ kind, isFirst }) => `${kind} ${isFirst}`).values()].flatMap((own) => {
      const { kind, isFirst } = changing[own[0]!]!
      const share = other && (isFirst ? 1 - other.share : other.share)
      return changeNote(
        own.map((at) => changing[at]!.name),
        kind === 'growth' ? 'how many times the one before it each row is' : 'how far each row is from the one before it',
        share
      )
    }),
    ...(walks.length > 0
      ? [
          `${listed(walks)} cannot be told from a walk that does not come back to its mean (Dickey–Fuller, level 5 %): the forecast comes back to the mean that was seen, and after many steps its spread is too narrow if there is none; --changes ${walks.join(',')} draws changes from row to row in its place, and adds them up`
        ]
      : []),
    ...(lines.length > 0
      ? [
          `${listed(lines)} comes back to a line in time rather than to a mean (Dickey–Fuller, level 5 %, with a trend and without): the forecast does not go on along it, but comes back to the mean that was seen, with a spread as wide as the line is high; --changes ${lines.join(',')} goes on from where it is, or forecast what is left when the line is taken off, and add it again`
        ]
      : [])
  ]
}

interface WaysOfSeries {
  /** What is drawn of each column. */
  readonly drawn?: readonly Drawn[]
  /** What is drawn of it in a part of the trajectories. */
  readonly other?: { readonly drawn: readonly Drawn[]; readonly share: number }
}

/** `share`: the part of the trajectories that draws changes, where the others draw values. */
function changeNote(names: readonly string[], what: string, share: number | undefined): string[] {
  const test = `${listed(names)} cannot be told from a walk that comes back to no mean (Dickey–Fuller, level 5 %)`
  const values = '--changes off draws values, which come back to the mean that was seen'
  if (share === undefined) return [`${test}: drawn is ${what}; ${values}`]
  return [
    `${test}: drawn is ${what} in ${Math.round(100 * share)} % of the trajectories, and the value in the others, as held-out stretches speak for each; ${values}, in all of them, --changes ${names.join(',')} changes alone`
  ]
}
