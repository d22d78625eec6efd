import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { ACTIVITIES, ACTIVITY_NAMES, type Activity, activity, addressFor, switchTo } from '../state/activity.js'
import { opening, openTable, refuse } from '../state/page.js'

/** What an activity offers the page. */
export interface ActivityPart {
  readonly View: ComponentType
  openFile(file: File): void
  /** Takes up the table that is open. */
  enter(): void
}

/** Activities that are loaded when they are first chosen, so that the page starts small. */
const loaders: Readonly<Record<Exclude<Activity, 'sample'>, () => Promise<ActivityPart>>> = {
  trajectories: () => import('./trajectories/index.js'),
  'diffusion-map': () => import('./diffusion-map/index.js')
}

const parts = signal<Readonly<Partial<Record<Activity, ActivityPart>>>>({})

/** The activity on the screen, once it is there. */
export function activityPart(): ActivityPart | undefined {
  return parts.value[activity.value]
}

/** Sampling is what the page starts with. */
export function provide(of: Activity, part: ActivityPart): void {
  parts.value = { ...parts.value, [of]: part }
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
    provide(which, await loaders[which]())
  } catch (error) {
    refuse({
      got: `a part of the page that did not arrive (${error instanceof Error ? error.message : String(error)})`,
      expected: 'the studio where it was',
      remedy: 'reloading the page'
    })
  }
}
