import { measuring, support } from '../../state/sampling.js'
import type { Support } from '../../work/messages.js'
import { formatCount, formatNumber } from '../words.js'

interface Fact {
  readonly name: string
  readonly value: string
  readonly meaning: string
}

/** What the data say about rows under conditions or observations, in plain words. */
export function SupportOf() {
  const found = support.value!
  const warnings = found.report.warnings.map(({ message }) => message)
  return (
    <section class="support" aria-labelledby="support-heading">
      <h2 id="support-heading">How well do the data know?</h2>
      <div class="verdict">
        <p>{verdictOn(found)}</p>
        {warnings.map((words) => (
          <p key={words} class="warning">
            {words}.
          </p>
        ))}
      </div>
      <dl>
        {(found.kind === 'condition' ? conditionFacts(found.report) : posteriorFacts(found.report)).map(({ name, value, meaning }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <strong>{value}</strong> <span class="soft">{meaning}</span>
            </dd>
          </div>
        ))}
      </dl>
      {measuring.value && <p class="soft">Drawing the columns …</p>}
    </section>
  )
}

/** Fewer rows than this that agree with an observation are few. */
const SOME = 10

function verdictOn(found: Support): string {
  const { warnings, effectiveRows } = found.report
  if (found.kind === 'posterior') {
    const { importanceRows } = found.report
    if (importanceRows < SOME)
      return 'Prior and observation hardly agree: the answer rests on how the bridge continues the tails of the data.'
    if (warnings.length > 0) return 'Rows of the data agree with what was observed, but mind what is said below.'
    return `The data know: in effect ${formatCount(Math.round(importanceRows))} of their rows agree with what was observed.`
  }
  if (warnings.length > 0) return 'The data hardly know such rows: take what is drawn for a guess.'
  return `The data know such rows: in effect ${formatCount(Math.round(effectiveRows))} of theirs stand behind each drawn one.`
}

const percent = (share: number): string => `${Math.round(100 * share)} %`

function conditionFacts(report: Extract<Support, { kind: 'condition' }>['report']): Fact[] {
  const { nearest, usual } = report.distance
  return [
    {
      name: 'Effective number of rows',
      value: formatNumber(report.effectiveRows),
      meaning:
        'rows of the data that a drawn row rests on, on average; below 3 there is no distribution to see, unless many rows have all that is given'
    },
    {
      name: 'Steps accepted',
      value: percent(report.acceptance),
      meaning: 'of the chains’ steps; near none, chains hardly moved from where they started'
    },
    {
      name: 'Effective sample size',
      value: formatNumber(report.effectiveSampleSize),
      meaning: 'independent rows that the drawn ones are worth'
    },
    ...(usual > 0
      ? [
          {
            name: 'Distance to the data',
            value: formatNumber(nearest),
            meaning: `standard deviations from what is given to the nearest row; rows among themselves ${formatNumber(usual)} at most`
          }
        ]
      : [])
  ]
}

function posteriorFacts(report: Extract<Support, { kind: 'posterior' }>['report']): Fact[] {
  return [
    {
      name: 'Rows that agree',
      value: formatNumber(report.importanceRows),
      meaning: 'of the data, in effect, with what was observed; below 10 prior and observation disagree'
    },
    {
      name: 'Effective number of rows',
      value: formatNumber(report.effectiveRows),
      meaning: 'rows of the data that a drawn row rests on, on average'
    },
    { name: 'Steps accepted', value: percent(report.acceptance), meaning: 'of the chains’ steps' },
    {
      name: 'Effective sample size',
      value: formatNumber(report.effectiveSampleSize),
      meaning: 'independent rows that the drawn ones are worth'
    },
    ...report.observations.map(({ text, priorDeviations }) => ({
      name: text,
      value: `${formatNumber(priorDeviations)} σ`,
      meaning: 'from the middle of the prior, in standard deviations of prior and error together'
    }))
  ]
}
