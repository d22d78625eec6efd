// What a reader of trajectories should know, in sentences.
import { ENDING_WORDS } from '../../num/iterate.js'
import { type Calendar, timeText } from './calendar.js'
import type { MarginalsModel } from './model.js'
import type { Snapshot } from './snapshots.js'
import { growingNotes } from './tell-growing.js'
import type { DrawnTrajectories } from './trajectories.js'

type Told = Pick<DrawnTrajectories, 'model' | 'scores' | 'leftOut' | 'calendar' | 'notes'> &
  Partial<Pick<DrawnTrajectories, 'trajectories'>>

/** Of a model; with trajectories, of these too. */
export function trajectoriesNotes(told: Told): string[] {
  const { model, trajectories, leftOut, notes } = told
  const open = model.couplingEndings.flatMap(({ ending, error }, k) =>
    ending === 'converged'
      ? []
      : [
          `The coupling of interval ${k + 1} ${ENDING_WORDS[ending]}, with marginal error ${error.toPrecision(2)}: sigma may be too small for so few particles.`
        ]
  )
  const resolved = model.sigmaFrom === 'resolution' && !model.velocity ? [resolutionNote(model)] : []
  const unsettled = trajectories?.unsettled ?? 0
  const bent = unsettled > 0 ? [`${unsettled} bridges had not settled along their own mean path.`] : []
  return [
    ...notes,
    ...resolved,
    ...model.notes,
    ...open,
    ...bent,
    ...(leftOut?.notes ?? []),
    ...growingNotes(model),
    ...uncheckedNotes(told)
  ]
}

function resolutionNote({ family, intervalSigmas, growth }: MarginalsModel): string {
  if (family.parameters.length > 0)
    return 'The size σ of the noise is what the particles resolve, from their distances to the nearest one, of each column as its spread is: no constant of nature. Between snapshots paths scatter with half of its square. --sigma estimate takes the likeliest.'
  const sizes = intervalSigmas.map((sigma) => sigma[0]!)
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)].map((s) => String(Number(s.toPrecision(3))))
  const range = least === most ? least : `${least} to ${most}, interval by interval`
  return `Without a drift the snapshots tell nothing about the noise. Its size σ is what the particles resolve, from their distances to the nearest one (${range}): no constant of nature. Between snapshots paths scatter with half of its square.${growth ? ' Partners of particles that multiply are as uncertain as neighbours leave each other.' : ''} --sigma estimate takes the likelihood's, in which all displacement is noise.`
}

/** Where no snapshot was kept from the fit: straight lines are the arbiter of paths, and were not asked. */
function uncheckedNotes({ model: { snapshots, heldOut }, leftOut, calendar }: Told): string[] {
  return heldOut.length > 0 || leftOut ? [] : [`No snapshot was held out: ${checkSentence(snapshots, calendar)}`]
}

/** What would check paths through snapshots. */
export function checkSentence(snapshots: readonly Pick<Snapshot, 'time'>[], calendar: Calendar | undefined): string {
  if (snapshots.length < 3)
    return 'between two there is none that could check the paths. One more in between would tell whether they pass there.'
  const middle = timeText(snapshots[Math.floor(snapshots.length / 2)]!.time, calendar)
  return `nothing checks whether paths come nearer to what they have not seen than straight lines do. --hold-out ${middle} tells at that time, --leave-one-out at every snapshot between the first and the last.`
}
