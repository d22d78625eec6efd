import { placesByName } from '../../num/group.js'
import { listed } from '../../num/listed.js'
import { columnOf } from '../../num/matrix.js'
import { comesBack } from './autoregression.js'
import { type Drawn, isAdded } from './changes.js'
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
  const kindOf = (c: number): Drawn => [drawn[c], other?.drawn[c]].find(isAdded) ?? 'value'
  const leaving = names.flatMap((name, c) => {
    if (kindOf(c) !== 'value') return []
    const values = columnOf(coordinates, c)
    return comesBack(values, places, 'mean') ? [] : [{ name, isLine: comesBack(values, places, 'line') }]
  })
  const of = (isLine: boolean) => leaving.flatMap((one) => (one.isLine === isLine ? [one.name] : []))
  const [walks, lines] = [of(false), of(true)]
  const changing = names.flatMap((name, c) => (kindOf(c) === 'value' ? [] : [{ name, kind: kindOf(c), isFirst: isAdded(drawn[c]) }]))
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
          `${listed(walks)} cannot be told from a random walk (Dickey–Fuller test, level 5 %): the forecast returns to the mean of the series, and its spread is too narrow after many steps if there is no such mean; --changes ${walks.join(',')} draws changes from row to row instead`
        ]
      : []),
    ...(lines.length > 0
      ? [
          `${listed(lines)} follows a trend (Dickey–Fuller test, level 5 %, with and without one), but the forecast returns to the mean of the series, with a spread as wide as the trend is high; --changes ${lines.join(',')} continues from the last value, or subtract the trend, forecast the rest, and add it back`
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
  const test = `${listed(names)} cannot be told from a random walk (Dickey–Fuller test, level 5 %)`
  const values = '--changes off draws values, which return to the mean of the series'
  if (share === undefined) return [`${test}: drawn is ${what}; ${values}`]
  return [
    `${test}: ${Math.round(100 * share)} % of the trajectories draw ${what}, the others the value, in the shares that held-out stretches support; ${values}, in all of them, --changes ${names.join(',')} draws changes in all`
  ]
}
