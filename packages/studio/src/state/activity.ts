import { signal } from '@preact/signals'

/** What a person does with the open table. Each has a view, a state file and worker messages of its own. */
export const ACTIVITIES = [{ name: 'sample', label: 'Sample' }] as const satisfies readonly {
  readonly name: string
  readonly label: string
}[]

export type Activity = (typeof ACTIVITIES)[number]['name']

export const activity = signal<Activity>('sample')

/** The activity as a part of the address; the first is left out. */
export function activityAddress(): string {
  return activity.value === ACTIVITIES[0].name ? '' : `&activity=${activity.value}`
}

/** Takes the activity that an address names; unknown ones count as the first. */
export function takeActivity(address: string): void {
  const named = new URLSearchParams(address.replace(/^#/, '')).get('activity')
  activity.value = ACTIVITIES.find(({ name }) => name === named)?.name ?? ACTIVITIES[0].name
}
