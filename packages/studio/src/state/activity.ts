import { batch, computed, signal } from '@preact/signals'
import { remember } from './history.js'
import { fault, said } from './page.js'

/** What can be done with a table, one at a time. */
export const ACTIVITIES = ['sample', 'trajectories', 'diffusion-map'] as const
export type Activity = (typeof ACTIVITIES)[number]

export const ACTIVITY_NAMES: Readonly<Record<Activity, string>> = {
  sample: 'Sample',
  trajectories: 'Trajectories',
  'diffusion-map': 'Diffusion map'
}

/** The activity that an address names; sampling where it names none. */
export function activityIn(address: string): Activity {
  const named = new URLSearchParams(address.replace(/^#/, '')).get('activity')
  return ACTIVITIES.find((one) => one === named) ?? 'sample'
}

export const activity = signal<Activity>(activityIn(location.hash))

/** What each activity has to say in the address; empty while it has no table. */
export const places = signal<Readonly<Partial<Record<Activity, string>>>>({})

export function setPlace(of: Activity, text: string): void {
  if (places.peek()[of] !== text) places.value = { ...places.peek(), [of]: text }
}

/** The part of the address after `#` for an activity. */
export function addressFor(one: Activity): string {
  const parts = [one === 'sample' ? '' : `activity=${one}`, places.value[one] ?? '']
  return `#${parts.filter((part) => part !== '').join('&')}`
}

/** The address of what is on the screen, or nothing to say while a file is awaited. */
export const address = computed(() => ((places.value[activity.value] ?? '') === '' ? null : addressFor(activity.value)))

export function switchTo(to: Activity): void {
  const from = activity.value
  if (from === to) return
  remember('activity', () => show(from))
  show(to)
}

function show(to: Activity): void {
  batch(() => {
    activity.value = to
    fault.value = null
    said.value = ACTIVITY_NAMES[to]
  })
  history.replaceState(null, '', addressFor(to))
}
