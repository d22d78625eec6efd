import type { Evaluation, Telling } from '@sbridge/core'
import {
  conditionedVerdict,
  countText,
  daysText,
  formatClock,
  judgedLines,
  type KeptBack,
  type Likeness,
  measureLines,
  numberText,
  type PointedVerdict,
  shareText,
  timeText,
  type Verdict,
  verdict,
  verdictLists,
  weighedTable
} from '@sbridge/core/internal'
import { keyFromSeed } from '@sbridge/core/kernels'
import { isNumeric, type Table } from '@sbridge/core/tables'
import { VERSION } from '../version.js'
import { figure, joinSections, measureTable, panelHtml, type Section, section, table } from './blocks.js'
import { associationPanels, FEW_COLUMNS } from './figures.js'
import { footSection, methodsOfComparison, type Provenance } from './foot.js'
import { type Html, html } from './html.js'
import { drawnColumns, marginalOf, marginalPanel } from './marginal-panels.js'
import { page } from './page.js'
import { relatedPanels } from './pair-panels.js'
import { privacySection } from './privacy.js'
import { notesSection, topicSection, warningsSection } from './topics.js'

/** Most columns that get a drawing. */
const MOST_DRAWN = 30
const MOST_PAIRS = 6

export interface ReportParts {
  readonly title: string
  readonly evaluation: Evaluation
  readonly real: Table
  /** What every real row weighs, where they weigh differently: figures are of the law that they have by these. */
  readonly weights?: Float64Array | undefined
  readonly synthetic: Table
  /** What the model, what is known and the draws say. */
  readonly telling?: Telling | undefined
  /** The comparison of rows that a second fit had not seen; or the two-sample AUC of trial fits on such rows; or why there is neither. */
  readonly keptBack?: KeptBack | undefined
  /** The exact command that wrote the rows or the report. */
  readonly command?: string | undefined
  /** The rows that the model was fitted on, where `real` was held out from it. */
  readonly train?: Table | undefined
  /** Also shows values that fewer than three rows have; they are counted without. */
  readonly showValues?: boolean | undefined
  /** The day, and the files that were read. */
  readonly provenance?: Provenance | undefined
  /** Further parts, placed behind the summary: images. */
  readonly sections?: readonly Section[] | undefined
}

/** How rows were made stands behind how good they are; all else that is told stands before. */
const BEHIND = ['model', 'draws']

/** The report as one HTML page that loads nothing: figures are inline SVG, no script is needed. */
export function renderReport(parts: ReportParts): string {
  const { evaluation, telling, keptBack, provenance = {}, command, sections: own = [] } = parts
  const drawn = drawnColumns(evaluation.columns, MOST_DRAWN)
  const topics = (behind: boolean) => (telling?.topics ?? []).filter(({ id }) => BEHIND.includes(id) === behind).map(topicSection)
  const sections = [
    summarySection(parts),
    ...warningsSection([...(telling?.warnings ?? []), ...warningsIn(parts)]),
    ...topics(false),
    ...own,
    marginalSection(parts, drawn),
    columnSection(evaluation, parts.real),
    ...(drawn.length > 1 ? [pairSection(parts), associationSection(evaluation, drawn)] : []),
    ...topics(true),
    privacySection(parts),
    ...notesSection([...(telling?.notes ?? []), ...evaluation.notes]),
    footSection({
      methods: methodsOfComparison({
        evaluation,
        heldOut: typeof keptBack === 'object' ? keptBack : undefined,
        drawnHere: telling?.topics.some(({ id }) => id === 'draws') ?? false
      }),
      provenance,
      command
    })
  ]
  return pageOf(parts, joinSections(sections))
}

/** Of rows under conditions only what no real row has: they should differ from the data. */
const warningsIn = ({ evaluation: { warnings }, telling }: ReportParts): Evaluation['warnings'] =>
  telling?.caution ? warnings.filter(({ name }) => name === 'level-new' || name === 'sign-new') : warnings

const KEY = html`<span class="swatch"><i class="real"></i>real</span>, <span class="swatch"><i class="synthetic"></i>synthetic</span>`

function pageOf({ title, evaluation, real, weights, synthetic, command }: ReportParts, body: Html): string {
  const { rows, columns } = evaluation
  const kinds = Object.values(columns).map(({ kind }) => kind)
  const numeric = kinds.filter((kind) => kind !== 'category' && kind !== 'boolean').length
  const identifiers = real.columns.filter((column) => column.kind === 'identifier').map((column) => column.name)
  const entries: [string, string][] = [
    ['Real rows', countText(real.rowCount)],
    ...(weights ? [['Weights', 'rows count by weight'] as [string, string]] : []),
    ['Synthetic rows', countText(synthetic.rowCount)],
    ...(rows.train === null ? [] : [['Training rows', countText(rows.train)] as [string, string]]),
    ['Columns', `${kinds.length} (${numeric} numeric, ${kinds.length - numeric} categorical)`],
    ...(identifiers.length > 0 ? [['Identifiers, not compared', identifiers.join(', ')] as [string, string]] : []),
    ['sbridge', VERSION]
  ]
  return page({ title, kicker: 'Synthetic data report', entries, command, body })
}

/** What a report says of rows that were kept from the fit. */
const HELD_OUT =
  'To judge rows fairly, a second fit with the same options left out a random half of the real rows, and as many rows drawn from it are compared with that half. Nearness and copies are given twice: for the second fit, and for the drawn rows against all rows of the fit. Rules are checked in the drawn rows.'

type Judged = Pick<ReportParts, 'evaluation' | 'telling' | 'keptBack'>

/** What a report begins with. */
export const verdictOf = ({ evaluation, telling, keptBack }: Judged): Verdict | PointedVerdict =>
  telling?.caution
    ? conditionedVerdict(evaluation)
    : verdict(evaluation, typeof keptBack === 'string' ? undefined : keptBack, { privacy: privacyOf(telling) })

/** The limit that a model says it was fitted within. */
const privacyOf = (telling: Telling | undefined): number | undefined =>
  (telling?.json as { readonly privacy?: { readonly asked: number } } | undefined)?.privacy?.asked

function summarySection(judged: Judged): Section {
  const { evaluation, telling, keptBack } = judged
  const caution = telling?.caution
  const kept = caution || typeof keptBack === 'string' ? undefined : keptBack
  const own = verdictOf(judged)
  return section(
    'summary',
    'Summary',
    html`<div class="verdict ${own.grade}">${caution ? html`<p>${caution}</p>` : ''}${'points' in own ? listed(own) : html`<p>${own.sentence}</p>`}</div>`,
    ...(caution ? unjudgedTables(evaluation) : summaryTables(evaluation, kept)),
    typeof keptBack === 'string' && !caution ? html`<p>Measured in-sample only: ${keptBack}.</p>` : ''
  )
}

const listed = (verdict: PointedVerdict): Html[] => [
  html`<p>${verdict.headline}.</p>`,
  ...verdictLists(verdict).map(
    ({ title, sentences }) => html`<h3>${title}</h3><ul>${sentences.map((words) => html`<li>${words}</li>`)}</ul>`
  )
]

/** Measures without readings, folded: floors are those of all rows. */
function unjudgedTables(evaluation: Evaluation): Html[] {
  const lines = measureLines(evaluation).map((line) => ({ ...line, reading: '', grade: 'plain' as const }))
  return [
    html`<details><summary>Measures and their floors, which are those of all rows</summary>${measureTable(html`${MEASURES} ${floorsWords(evaluation)}`, lines)}</details>`
  ]
}

/** Groups first, where rows belong to such; of rows one by one the measures are folded. */
function summaryTables(evaluation: Evaluation, kept: Likeness | number | undefined): Html[] {
  const seen = typeof kept === 'object' ? kept : evaluation
  const rows =
    typeof kept === 'object'
      ? heldOutTables(kept, evaluation)
      : [measureTable(html`${MEASURES} ${floorsWords(evaluation)}`, measureLines(evaluation))]
  if (!seen.groups) return rows
  const { groups } = seen
  const held = typeof kept === 'object' ? ', which a second fit had not seen' : ''
  return [
    measureTable(
      html`${MEASURES} ${countText(groups.rows.synthetic)} whole groups against ${countText(groups.rows.real)} real ones${held}. Each group is one row: its size, the means, spreads and steps of its numbers, the shares and changes of its categories. ${floorsWords(groups, 'groups')}`,
      measureLines(groups)
    ),
    html`<details><summary>Measures of single rows, which tell any two samples of groups apart because rows of a group resemble each other</summary>${rows}</details>`
  ]
}

const MEASURES = 'Measures of quality. Numbers are standardised by the real data; two different categories are √2 apart.'

/** Held-out rows first; the rows of the fit are folded, since they flatter. */
function heldOutTables(kept: Likeness, evaluation: Evaluation): Html[] {
  return [
    measureTable(html`${MEASURES} ${HELD_OUT} ${floorsWords(kept)}`, judgedLines(kept, evaluation)),
    html`<details><summary>The same measures in-sample: drawn rows against the rows of the fit</summary>${measureTable(
      html`In-sample measures flatter: drawn rows lie nearer to the rows that they come from than fresh rows would. ${floorsWords(evaluation)}${cloudWords(evaluation)}`,
      measureLines(evaluation)
    )}</details>`
  ]
}

function floorsWords({ splits, rows }: Likeness, unit: 'rows' | 'groups' = 'rows'): string {
  return splits === 0
    ? 'The tables are too small to be split in halves, so there are no floors.'
    : `The floor is the same measure between two random halves of the real data, ${countText(rows.half)} ${unit} each (mean and range over ${splits} splits, fewer for the classifier). A perfect sampler would reach it. Measures that depend on the number of ${unit} use as many as their floor.`
}

const cloudWords = ({ rows: { clouds } }: Evaluation): string =>
  clouds === undefined ? '' : ` Distances between the tables, classifier, coverage and density use ${countText(clouds)} rows of each.`

/** Columns from which on the table of all is folded. */
const MOST_ROWS = 60

/** The real rows as figures have them, by their weights, and as they are counted where the rare is not shown. */
function figured({ real, weights }: ReportParts): { readonly real: Table; readonly counted: Table } {
  return { real: weighedTable(real, weights, keyFromSeed(1)), counted: real }
}

function marginalSection(parts: ReportParts, drawn: readonly string[]): Section {
  const { synthetic, evaluation, showValues } = parts
  const sides = figured(parts)
  const all = Object.keys(evaluation.columns).length
  const cut =
    drawn.length < all ? html` Of ${countText(all)} columns, the ${drawn.length} with the largest distance are drawn, worst first.` : ''
  return section(
    'marginals',
    'Every column by itself',
    figure({
      panelWidth: 260,
      body: drawn.map((name) => panelHtml(marginalPanel({ ...sides, synthetic, name, evaluation: evaluation.columns[name]!, showValues }))),
      caption: html`Marginal distributions: each column by itself, in percent of the rows (for numbers and times, of the rows with a value): ${KEY}. Numbers: histogram of the real rows, outline of the synthetic ones. Categories and few distinct values: bars. KS is the Kolmogorov–Smirnov distance, TV the total variation distance, each beside its floor.${cut}`
    })
  )
}

/** Milliseconds of one. */
const DAY = 86_400_000

/** A mean time; where times spread over days the time of day of their mean says nothing. */
const meanTimeText = (spread: number) => (time: number | null) =>
  timeText(time === null || spread < DAY ? time : Math.floor(time / DAY) * DAY)

function columnSection({ columns }: Evaluation, real: Table): Section {
  const clocks = new Map(real.columns.flatMap((column) => (isNumeric(column) && column.clock ? [[column.name, column.clock]] : [])))
  const rows = Object.entries(columns).map(([name, column]) => {
    const distance = marginalOf(column)
    const clock = clocks.get(name)
    const show = clock
      ? (time: number | null) => (time === null ? '–' : formatClock(time, clock))
      : column.kind === 'datetime'
        ? meanTimeText(column.standardDeviation?.real ?? 0)
        : numberText
    const spread = column.kind === 'datetime' ? daysText : numberText
    return [
      name,
      column.kind,
      html`<strong>${numberText(distance?.value)}</strong>`,
      numberText(distance?.floor),
      shareText(column.missingShare.real),
      shareText(column.missingShare.synthetic),
      column.mean ? show(column.mean.real) : '',
      column.mean ? show(column.mean.synthetic) : '',
      column.standardDeviation ? spread(column.standardDeviation.real) : '',
      column.standardDeviation ? spread(column.standardDeviation.synthetic) : ''
    ]
  })
  const head = [
    'Column',
    'Kind',
    'Distance#',
    'Floor#',
    'Missing real#',
    'Missing synth.#',
    'Mean real#',
    'Mean synth.#',
    'SD real#',
    'SD synth.#'
  ]
  // Of categories alone there is no mean.
  const isFilled = (c: number): boolean => rows.some((cells) => cells[c] !== '')
  const whole = table({
    caption:
      'Distance between real and synthetic values of each column (Kolmogorov–Smirnov for numbers and times, total variation for categories), missing cells, mean and standard deviation.',
    head: head.filter((_, c) => isFilled(c)),
    rows: rows.map((cells) => cells.filter((_, c) => isFilled(c)))
  })
  const long = html`<details><summary>All ${countText(rows.length)} columns</summary>${whole}</details>`
  return section('columns', 'Column by column', rows.length > MOST_ROWS ? long : whole)
}

function pairSection(parts: ReportParts): Section {
  const { synthetic, evaluation, showValues } = parts
  const panels = relatedPanels({ ...figured(parts), synthetic }, evaluation, { most: MOST_PAIRS, showValues })
  return section(
    'pairs',
    'The most related columns',
    figure({
      panelWidth: 400,
      body: panels.map(panelHtml),
      caption: html`The ${panels.length === 1 ? 'pair' : `${panels.length} pairs`} of columns with the strongest association in the real data: ${KEY}, with the same axes and equally many rows (500 at most). Points over categories and few-valued numbers are spread a little. Cells of two categories show percent of the rows. r is Pearson’s correlation, η the correlation ratio, V Cramér’s V.`
    })
  )
}

function associationSection({ associations }: Evaluation, drawn: readonly string[]): Section {
  const names = associations.names.filter((name) => drawn.includes(name))
  return section(
    'associations',
    'How columns hang together',
    figure({
      panelWidth: names.length <= FEW_COLUMNS ? 260 : 400,
      body: associationPanels(associations, names),
      caption:
        'Association of every two columns: Pearson’s correlation between numbers (−1 to 1), correlation ratio between a number and a category and Cramér’s V between categories (0 to 1, both corrected for small samples). Green is positive, purple negative; deeper is stronger. The last panel should be nearly empty.'
    })
  )
}
