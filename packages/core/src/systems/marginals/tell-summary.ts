import { ruleTexts } from '../../code/rules/kept-rules.js'
import { spellDates } from './calendar.js'
import { intervalEnds } from './interval-ends.js'
import { outdoneWarnings } from './outdone.js'
import { growingSummary } from './tell-growing.js'
import { trajectoriesNotes } from './tell-notes.js'
import { varyingSummary } from './tell-varying.js'
import type { DrawnTrajectories } from './trajectories.js'

/** Parameters, history and scores as plain JSON: what `sbridge trajectories --json` prints. */
export function trajectoriesSummary(drawn: DrawnTrajectories): Record<string, unknown> {
  const { model, trajectories, scores, leftOut, seed, calendar, rules } = drawn
  const named = (theta: Float64Array) => Object.fromEntries(model.family.parameters.map(({ name }, k) => [name, theta[k]!]))
  return {
    reference: model.family.name,
    diffusion: model.diffusion,
    theta: named(model.theta),
    intervals: Object.fromEntries([...intervalEnds(model)].map(([name, { lower, upper }]) => [name, [lower, upper]])),
    sigma: Array.from(model.sigma),
    ...(rules && { rules: ruleTexts(rules) }),
    sigmaFrom: model.sigmaFrom,
    sigmaByInterval: model.intervalSigmas.map((sigma) => Array.from(sigma)),
    history: model.history.map(({ round, theta, sigma, change }) => ({ round, theta: named(theta), sigma: Array.from(sigma), change })),
    ending: model.ending,
    couplings: model.couplingEndings,
    fit: model.stepFits,
    heldOut: scores,
    ...(leftOut && { leftOut: leftOut.scores }),
    trajectories: trajectories.count,
    times: Array.from(trajectories.times),
    ...(calendar && { firstDate: spellDates(calendar, [0])[0], dates: spellDates(calendar, trajectories.times) }),
    ...(model.smoothness && { smoothness: model.smoothness }),
    ...(model.varying && { varying: varyingSummary(model) }),
    ...(model.velocity && {
      velocity: {
        ...model.velocity.kernel,
        variance: Array.from(model.velocity.variance),
        couplings: model.velocity.pairs ? 'by velocity' : 'by distance'
      }
    }),
    ...growingSummary(model),
    warnings: outdoneWarnings(model, scores, leftOut),
    notes: trajectoriesNotes(drawn),
    seed
  }
}
