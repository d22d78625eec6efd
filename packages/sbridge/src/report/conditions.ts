import type { ConditionalReport, ObservationSupport, PosteriorReport, Table } from '@sbridge/core'
import { facts, type Section, section, table } from './blocks.js'
import { type Html, html } from './html.js'
import { formatDays, formatNumber, formatTime } from './numbers.js'

const MOST_ROWS = 50
/** Titles of the sections. */
export const GIVEN = 'What was given'
export const OBSERVED = 'What was observed'

/** What a report says about what was asked for and how well the data support it. */
export function conditionSections(asked: AskedReports, columns: Table['columns'] = []): Section[] {
  const times = new Set(columns.filter(({ kind }) => kind === 'datetime').map(({ name }) => name))
  return [
    ...(asked.conditional ? [conditionalSection(asked.conditional)] : []),
    ...(asked.posterior ? [posteriorSection(asked.posterior, times)] : [])
  ]
}

export interface AskedReports {
  readonly conditional?: ConditionalReport | undefined
  readonly posterior?: PosteriorReport | undefined
}

/** What to know before the measures of rows under a condition are read; `section` says more. */
export function conditionPrologue(section: string): string {
  return `These rows were drawn under a condition (see “${section}”). The measures compare them with all rows of the data: they should differ, and all the more the narrower the condition.`
}

function conditionalSection(report: ConditionalReport): Section {
  const shown = report.conditions.slice(0, MOST_ROWS)
  return section(
    'conditions',
    GIVEN,
    table({
      caption:
        'How bandwidth and ridge were chosen: continuous ranked probability score (CRPS) on held-out rows, in standard deviations of the drawn columns.',
      head: ['given', 'ε#', 'ratio for drawn columns#', 'ridge λ#', 'CRPS#', 'inside 60 % intervals#', 'held-out rows#', 'chosen'],
      rows: report.groups.flatMap(({ columns, trials, epsilon, ridge, freeRatio }) =>
        (trials.length > 0 ? trials : [{ epsilon, ridge, freeRatio, crps: Number.NaN, coverage: Number.NaN, scoredRows: 0 }]).map(
          (trial) => [
            columns.join(', '),
            formatNumber(trial.epsilon),
            formatNumber(trial.freeRatio),
            formatNumber(trial.ridge),
            Number.isNaN(trial.crps) ? '–' : formatNumber(trial.crps),
            Number.isNaN(trial.coverage) ? '–' : formatNumber(trial.coverage),
            trial.scoredRows === 0 ? '–' : String(trial.scoredRows),
            trial.epsilon === epsilon && trial.ridge === ridge && trial.freeRatio === freeRatio ? 'yes' : ''
          ]
        )
      )
    }),
    table({
      caption: `How well the data support each condition${report.conditions.length > MOST_ROWS ? ` (the first ${MOST_ROWS} of ${report.conditions.length})` : ''}.`,
      head: [
        'condition',
        'rows that match#',
        'effective rows#',
        'acceptance#',
        'effective sample size#',
        'nearest row (standard deviations)#',
        'warning'
      ],
      rows: shown.map(({ condition, matchingRows, effectiveRows, acceptance, effectiveSampleSize, distance, warnings }) => [
        condition,
        matchingRows === undefined ? '–' : String(matchingRows),
        formatNumber(effectiveRows),
        formatNumber(acceptance),
        formatNumber(effectiveSampleSize),
        formatNumber(distance.nearest),
        warnings.map(({ message }) => message).join('; ')
      ])
    })
  )
}

/** Said beside ε where the prior was taken for one Gaussian. */
export const oneGaussian = ({ gaussian }: PosteriorReport): string => (gaussian ? ' (the rows pass tests of normality: one Gaussian)' : '')

function posteriorSection(report: PosteriorReport, times: ReadonlySet<string>): Section {
  return section(
    'posterior',
    OBSERVED,
    facts([
      ['Training rows that agree with the observations', formatNumber(report.importanceRows)],
      ...(report.fittingRows === undefined ? [] : [['Of those that fit what is given', formatNumber(report.fittingRows)] as const]),
      ['Effective rows behind a drawn row', formatNumber(report.effectiveRows)],
      ['Acceptance', formatNumber(report.acceptance)],
      ['Effective sample size', formatNumber(report.effectiveSampleSize)],
      ['Bandwidth ε', `${formatNumber(report.epsilon)}${oneGaussian(report)}`],
      ['Powers of the likelihood on the way', String(report.powers.length)],
      ['Distance of the chain without observations to the data', formatNumber(report.unconditioned.distance)],
      ['The same between halves of the data, at most', formatNumber(report.unconditioned.floor)]
    ]),
    ...(report.observations.length === 0 ? [] : [observationTable(report.observations)]),
    table({
      caption:
        report.fittingRows === undefined ? 'Columns before and after.' : 'Columns before and after; before: rows that fit what is given.',
      head: ['column', 'prior mean#', 'prior spread#', 'posterior mean#', 'posterior spread#'],
      rows: Object.entries(report.columns).map(([name, { prior, posterior }]) => [
        name,
        ...[prior, posterior].flatMap(([centre, spread]) =>
          times.has(name) ? [formatTime(centre), formatDays(spread)] : [formatNumber(centre), formatNumber(spread)]
        )
      ])
    }),
    ...(report.warnings.length === 0
      ? []
      : [html`<ul>${report.warnings.map(({ name, message }) => html`<li>${name}: ${message}</li>`)}</ul>`])
  )
}

/** What each observation says of the prior's rows and of the drawn ones. */
export function observationTable(observations: readonly ObservationSupport[]): Html {
  return table({
    caption: 'Left minus right side of each observation, before and after.',
    head: ['observation', 'standard deviations from the prior#', 'prior mean#', 'prior spread#', 'posterior mean#', 'posterior spread#'],
    rows: observations.map(({ text, priorDeviations, prior, posterior }) => [
      text,
      formatNumber(priorDeviations),
      formatNumber(prior.mean),
      formatNumber(prior.deviation),
      formatNumber(posterior.mean),
      formatNumber(posterior.deviation)
    ])
  })
}
