import { computed, signal } from '@preact/signals'
import { instantOf, plainText } from '@sbridge/core/internal'
import { chosenColumns, type Round, type TrajectoriesShape } from '../work/trajectories-messages.js'
import { type Session, sessionOf } from './session.js'
import { codeOf, commandOf, runOf, SHEET, type TrajectoriesSettings } from './trajectories-settings.js'

/** Estimates round by round while a fit runs. */
export const rounds = signal<{ readonly names: readonly string[]; readonly rounds: readonly Round[] } | null>(null)
/** Whether paths are to be played as soon as they are there. */
export const playWhenDrawn = signal(false)

export const session: Session<TrajectoriesSettings, TrajectoriesShape> = sessionOf({
  name: 'trajectories',
  sheet: SHEET,
  choice() {
    const { time, weights, growth, fates, exclude } = settings.value
    return { time, weights, growth, fates, exclude }
  },
  look() {
    const [x, y] = axes.value
    return { x, y, holdOut: shown.value?.fit.holdOut ?? settings.value.holdOut }
  },
  wanted: () => runOf(settings.value, chosen.value.told),
  commandOf,
  codeOf,
  words: {
    opened: ({ times, counts }) => `${counts.reduce((a, b) => a + b, 0)} particles at ${times.length} times`,
    running: 'Fitting',
    done: (_, { draw }) => `${draw.rows} paths drawn`
  },
  interim({ names, round }) {
    rounds.value = { names, rounds: [...(rounds.value?.rounds ?? []), round] }
  },
  cleared() {
    rounds.value = null
  },
  done() {
    playWhenDrawn.value = true
    session.sendLook()
  }
})
export const { source, settings, facts: snapshots, picture, result, running, shown, change, save } = session

/** What the columns mean. */
export const chosen = computed(() => chosenColumns(snapshots.value ?? { columns: [], time: '' }, settings.value))

/** The columns on the axes: a single coordinate is shown against the time. */
export const axes = computed((): [string, string] => {
  const names = snapshots.value?.names ?? []
  const { time } = chosen.value.told
  const known = (name: string | null, fallback: string) => (name !== null && (names.includes(name) || name === time) ? name : fallback)
  const [first, second] = names.length > 1 ? [names[0]!, names[1]!] : [time, names[0] ?? '']
  return [known(settings.value.x, first), known(settings.value.y, second)]
})

/** Another column of times: what was said of other times makes no sense any more. */
export function chooseTime(time: string): void {
  change({ time, holdOut: [] })
}

/** A time as a person reads it: days since the first snapshot as a date, with the time of day where the table has one. */
export function timeText(time: number): string {
  const dates = snapshots.value?.dates
  if (!dates) return plainText(time)
  const iso = new Date(instantOf(dates, time)).toISOString()
  return dates.style.separator === '' ? iso.slice(0, 10) : iso.slice(0, 16).replace('T', ' ')
}
