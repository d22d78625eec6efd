import { batch, signal } from '@preact/signals'
import { remember } from './history.js'
import { faults, said } from './page.js'

/** What can be done with a table, one at a time. */
export const ACTIVITIES = ['sample', 'impute', 'score', 'trajectories', 'diffusion-map', 'bridge'] as const
export type Activity = (typeof ACTIVITIES)[number]

export const ACTIVITY_NAMES: Readonly<Record<Activity, string>> = {
  sample: 'New rows',
  impute: 'Fill gaps',
  score: 'Score rows',
  trajectories: 'Trajectories',
  'diffusion-map': 'Diffusion map',
  bridge: 'Two tables'
}

/** The parts of the address after `#`. */
export function partsOf(address: string): URLSearchParams {
  return new URLSearchParams(address.replace(/^#/, ''))
}

/** The activity that an address names; sampling where it names none. */
export function activityIn(parts: URLSearchParams): Activity {
  return ACTIVITIES.find((one) => one === parts.get('activity')) ?? 'sample'
}

/** The parts of an address that an activity says itself. */
export function withoutActivity(parts: URLSearchParams): string {
  const own = new URLSearchParams(parts)
  own.delete('activity')
  return own.toString()
}

export const activity = signal<Activity>(activityIn(partsOf(location.hash)))

/** What each activity has to say in the address; empty while it has no table. */
export const places = signal<Readonly<Partial<Record<Activity, string>>>>({})

export function setPlace(of: Activity, text: string): void {
  if (places.peek()[of] !== text) places.value = { ...places.peek(), [of]: text }
}

/** The part of the address after `#` for an activity; empty for the first page. */
export function addressFor(one: Activity): string {
  const parts = [one === 'sample' ? '' : `activity=${one}`, places.value[one] ?? ''].filter((part) => part !== '')
  return parts.length === 0 ? '' : `#${parts.join('&')}`
}

export function switchTo(to: Activity): void {
  const from = activity.value
  if (from === to) return
  remember('activity', () => show(from))
  show(to)
}

/** Shows an activity, whoever asks for it. */
export function show(to: Activity): void {
  if (activity.peek() === to) return
  batch(() => {
    activity.value = to
    faults.value = []
    said.value = ACTIVITY_NAMES[to]
  })
}
