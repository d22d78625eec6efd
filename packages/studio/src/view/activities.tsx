import { batch, signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ACTIVITIES, ACTIVITY_NAMES, type Activity, activity, addressFor, switchTo } from '../state/activity.js'
import { missed, opening, openTable } from '../state/page.js'
import type { ActivityPart } from './activity.js'
import { form, readingForm, wanted } from './all-options.js'
import { sampling } from './sampling.js'

/** Sampling is what the page starts with; the others are loaded when they are first chosen. */
const loaders: Readonly<Record<Exclude<Activity, 'sample'>, () => Promise<ActivityPart>>> = {
  impute: async () => (await import('./rows/gaps.js')).part,
  score: async () => (await import('./rows/scores.js')).part,
  trajectories: async () => (await import('./trajectories/index.js')).part,
  'diffusion-map': async () => (await import('./diffusion-map/index.js')).part,
  bridge: async () => (await import('./bridge/index.js')).part
}
const parts = signal<Readonly<Partial<Record<Activity, ActivityPart>>>>({ sample: sampling })

/** Files that were dropped on an activity before it was there. */
const waiting = new Map<Activity, readonly File[]>()

/** Hands files that were dropped together to the activity on the screen, as soon as it is there. */
export function openFiles(files: readonly File[]): void {
  const part = parts.value[activity.value]
  if (part) part.openFiles(files)
  else waiting.set(activity.value, files)
}

export function ActivitySwitch() {
  return (
    <nav class="activities" aria-label="Activity">
      {ACTIVITIES.map((one) => (
        <a
          key={one}
          href={addressFor(one) || '#'}
          aria-current={activity.value === one ? 'page' : undefined}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return
            event.preventDefault()
            switchTo(one)
          }}
        >
          {ACTIVITY_NAMES[one]}
        </a>
      ))}
    </nav>
  )
}

export function ActivityView() {
  const chosen = activity.value
  const part = parts.value[chosen]
  const table = openTable.value
  const busy = opening.value
  useEffect(() => {
    if (part) part.enter()
    else void load(chosen as Exclude<Activity, 'sample'>)
  }, [chosen, part, table, busy])
  return part ? <part.View key={chosen} /> : <main class="start" aria-busy="true" />
}

async function load(which: Exclude<Activity, 'sample'>): Promise<void> {
  try {
    const part = await loaders[which]()
    parts.value = { ...parts.value, [which]: part }
    const files = waiting.get(which)
    waiting.delete(which)
    if (files) part.openFiles(files)
  } catch (error) {
    missed(error)
  }
}

/** The form of all options: loaded from here, where everything that it shares with the page is there already. */
wanted.subscribe(async (asked) => {
  if (!asked) return
  try {
    const forms = await import('./options-form.js')
    batch(() => {
      form.value = forms.OptionsForm
      readingForm.value = forms.ReadingForm
    })
  } catch (error) {
    missed(error)
  }
})
