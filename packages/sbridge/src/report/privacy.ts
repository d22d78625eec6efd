import type { Evaluation, Telling } from '@sbridge/core'
import { countText, type Drawing, type KeptBack, type Likeness, numberText, rareCombinationWords, shareText } from '@sbridge/core/internal'
import type { Table } from '@sbridge/core/tables'
import { figure, type Section, section, table } from './blocks.js'
import { drawingSvg } from './drawing.js'
import { type Html, html } from './html.js'

interface PrivacyParts {
  readonly evaluation: Evaluation
  readonly real: Table
  readonly train?: Table | undefined
  /** Also shows what fewer than three rows have. */
  readonly showValues?: boolean | undefined
  readonly telling?: Telling | undefined
  readonly keptBack?: KeptBack | undefined
}

/** How near synthetic rows come to training rows, and what in the data points to single rows. */
export function privacySection({ evaluation, real, train, showValues, telling, keptBack }: PrivacyParts): Section {
  const { privacy, copies, rows } = evaluation
  const reference = !copies.heldOut
    ? `${rows.train === null ? 'real rows to the nearest other real row' : 'training rows to the nearest other training row'}`
    : 'held-out rows to the nearest training row'
  const lines = [
    [
      '5th percentile of the distance to the nearest training row',
      numberText(privacy.closestFifthPercentile.value),
      numberText(privacy.closestFifthPercentile.floor)
    ],
    ['Median distance to the nearest training row', numberText(privacy.closestMedian.value), numberText(privacy.closestMedian.floor)],
    ['Rows nearer than 95 % of the held-out rows', shareText(privacy.shareCloserThanHeldOut), '5.0 %'],
    ['Rows equal to a training row', shareText(copies.share), shareText(copies.floorShare)],
    [
      'Smallest and largest numbers of fewer than three rows that are shown',
      `${privacy.endsShown.shown} of ${privacy.endsShown.of}`,
      privacy.endsShown.heldOut === null ? '–' : `${privacy.endsShown.heldOut} of ${privacy.endsShown.of}`
    ]
  ]
  return section(
    'privacy',
    'Privacy',
    html`<p>If synthetic rows were nearer to training rows than fresh rows of the same population, they would give those away. These measures find copying. They do not prove anonymity: a person whose row is unusual may still be recognised.</p>`,
    table({
      caption: html`Distances in standard deviations of the real columns. Held-out: ${reference}.`,
      head: ['Measure', 'Synthetic#', 'Held-out#'],
      rows: lines
    }),
    figure({
      body: drawingSvg(distancesDrawing(privacy)),
      caption: html`Distribution of the distance to the nearest training row: <i class="real"></i>${reference}, <i class="synthetic"></i>synthetic rows. ${telling?.caution ? 'Under a condition the curves need not agree, since rows lie nearer where the data are dense.' : 'The synthetic curve should not run clearly left of the other one.'}`
    }),
    ...attackSentences(telling?.caution ? undefined : typeof keptBack === 'object' ? keptBack : evaluation, typeof keptBack === 'object'),
    ...rareSentences(privacy),
    showValues ? rareCombinationList(rareCombinationWords(train ?? real)) : ''
  )
}

/** What two attacks make of rows of the fit, beside rows that were kept from it. */
function attackSentences(evaluation: Likeness | undefined, isApart: boolean): Html[] {
  const membership = evaluation?.membership
  const singled = evaluation?.privacy.singledOut
  const of = isApart ? ' of a second fit' : ''
  return [
    ...(membership
      ? [
          html`<p><b>Distance attack.</b> An attacker has a training row and a held-out row, and takes the one nearer to a synthetic row${of} for the training row. That is right in ${shareText(membership.value)} of cases (95 %: ${shareText(membership.interval[0])} to ${shareText(membership.interval[1])}), where a guess is right in 50 %. Of the ${countText(membership.closest.rows)} rows that come closest, ${countText(membership.closest.training)} are training rows; chance allows ${countText(membership.closest.most)}.</p>`
        ]
      : []),
    ...(singled
      ? [
          html`<p><b>Singling out.</b> In ${shareText(singled.value)} of ${countText(singled.conditions)} trials, three cells of a synthetic row${of} match exactly one training row; in ${shareText(singled.heldOut)} they match exactly one held-out row. Only the difference was learned from single rows.</p>`
        ]
      : [])
  ]
}

/** Share of the rows beyond which the tails of the distances are cut. */
const SHOWN_SHARE = 0.96

/** Distribution functions of the distance to the nearest training row. */
function distancesDrawing({ distanceQuantiles: { heldOut, synthetic } }: Evaluation['privacy']): Drawing {
  const cut = Math.max(...[heldOut, synthetic].map((quantiles) => quantiles[Math.floor(SHOWN_SHARE * (quantiles.length - 1))]!))
  const points = (quantiles: readonly number[]) =>
    quantiles.map((x, k) => ({ x, y: k / (quantiles.length - 1) })).filter(({ x }) => x <= cut)
  return {
    label: 'Distribution of the distance to the nearest training row',
    size: [620, 240],
    x: { label: 'distance to the nearest training row (standard deviations)', domain: [0, cut], ticks: 6 },
    y: { label: 'share of rows at most as far', domain: [0, 1], ticks: 5 },
    marks: [
      { kind: 'line', side: 'real', points: points(heldOut) },
      { kind: 'line', side: 'synthetic', points: points(synthetic) }
    ]
  }
}

/** Rare levels and combinations are counted, and their columns named: never a cell. */
function rareSentences({ rareCombinations: { count, rows, columns }, rareLevels }: Evaluation['privacy']): Html[] {
  const levels = Object.entries(rareLevels).map(([name, rare]) => `${countText(rare)} of ${name}`)
  const sentences: Html[] = []
  if (levels.length > 0)
    sentences.push(
      html`<p>Levels of fewer than three real rows: ${listed(levels)}. New rows repeat levels as they are: if these are names, addresses or the like, leave the column out or make it an identifier.</p>`
    )
  if (count > 0)
    sentences.push(
      html`<p>${countText(count)} ${count === 1 ? 'combination' : 'combinations'} of ${listed(columns)} ${count === 1 ? 'occurs' : 'occur'} in fewer than three real rows (${countText(rows)} ${rows === 1 ? 'row' : 'rows'} in all). Synthetic rows with ${count === 1 ? 'it' : 'one of them'} may point to single real rows.</p>`
    )
  return sentences
}

/** Names and rare values that a report lists. */
const MOST_NAMES = 12

function listed(names: readonly string[]): string {
  if (names.length > MOST_NAMES) return `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more columns`
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** Rare values that a report lists. */
const MOST_RARE = 10
/** Characters of one combination: tables of many categories would fill the page with it. */
const LONGEST_RARE = 160

function rareCombinationList(rare: readonly string[]): Html | string {
  if (rare.length === 0) return ''
  const shown = rare.slice(0, MOST_RARE).map((words) => (words.length > LONGEST_RARE ? `${words.slice(0, LONGEST_RARE - 1)}…` : words))
  const rest = rare.length - shown.length
  return html`<p>They are:</p><ul>${shown.map((words) => html`<li>${words}</li>`)}${rest > 0 ? html`<li>and ${countText(rest)} more</li>` : ''}</ul>`
}
