import { numberText } from '../../tell/numbers.js'
import { said, type Topic } from '../../tell/telling.js'
import { type Calendar, timeText } from './calendar.js'
import type { MarginalsModel } from './model.js'
import { thetaIn, type Varying } from './varying-family.js'

type Fitted = Pick<MarginalsModel, 'family' | 'theta' | 'varying' | 'snapshots'>

/** Parameters from the first snapshot and from every step on. */
function segmentsOf({ family, theta, snapshots }: Fitted, { knots, scales }: Varying) {
  const base = { parameters: family.parameters.slice(0, scales.length) }
  const values = [snapshots[0]!.time, ...knots].map((from, segment) => ({
    from,
    theta: thetaIn(base, theta, segment, new Float64Array(scales.length))
  }))
  return { names: base.parameters.map(({ name }) => name), values }
}

/** Keys of `--json`. */
export function varyingSummary(model: Fitted): Record<string, unknown> {
  const varying = model.varying!
  const { names, values } = segmentsOf(model, varying)
  return {
    size: varying.size,
    parameters: values.map(({ from, theta }) => ({ from, theta: Object.fromEntries(names.map((name, k) => [name, theta[k]!])) }))
  }
}

/** Whether parameters change with time, and how. */
export function varyingTopics({ model, calendar }: { readonly model: Fitted; readonly calendar?: Calendar | undefined }): Topic[] {
  const { varying } = model
  if (!varying) return []
  const id = 'varying'
  const title = 'Parameters in time'
  if (varying.size === 0) {
    const sentence =
      'Parameters that step at snapshots predict what was left out no better by more than one standard error: they are constant.'
    return [{ id, title, blocks: [said(sentence)] }]
  }
  const { names, values } = segmentsOf(model, varying)
  const sentence = `Parameters step at snapshots, each step with a prior standard deviation that moves particles by ${numberText(varying.size)} of the noise of an interval.`
  return [
    {
      id,
      title,
      blocks: [
        said(sentence),
        {
          kind: 'table',
          caption: 'Parameters from each time on, until the next.',
          head: ['parameter', ...values.map(({ from }) => `from ${timeText(from, calendar)}#`)],
          rows: names.map((name, k) => [name, ...values.map(({ theta }) => theta[k]!)]),
          said: ''
        }
      ]
    }
  ]
}
