import { batch, effect, signal } from '@preact/signals'
import { type Activity, activity, activityIn, addressFor, partsOf, places, show } from './activity.js'
import { opening, openTable, sourceIn } from './page.js'
import { panelIn } from './panel.js'

/**
 * Goes where an address says: opens its table, unless that is at hand, and shows what it shows. Settings are taken from the
 * address when `fresh`, and for a table that is opened.
 */
export type Visit = (parts: URLSearchParams, fresh: boolean) => void

const visits = new Map<Activity, Visit>()
/** Where the address leads while that activity is still being loaded. */
const due = signal<{ readonly to: Activity; readonly parts: URLSearchParams; readonly fresh: boolean } | null>(null)

/** An activity is there: from now on it is led. */
export function beLed(which: Activity, visit: Visit): void {
  visits.set(which, visit)
  // Not before the activity's own module has been read to its end.
  queueMicrotask(arrive)
}

function arrive(): void {
  const visit = due.peek() && visits.get(due.peek()!.to)
  if (!visit) return
  const { parts, fresh } = due.peek()!
  batch(() => {
    due.value = null
    visit(parts, fresh)
  })
}

/**
 * Entries of the browser's history that carry one number differ in where they lead, not in settings: going back from the
 * conditions must not take them away. An address that was typed or followed begins a number of its own.
 */
let line = performance.timeOrigin

function lead(fresh: boolean): void {
  const parts = partsOf(location.hash)
  const to = activityIn(parts)
  batch(() => {
    show(to)
    due.value = { to, parts, fresh }
  })
  arrive()
}

/** Where an address leads, without its settings: what is worth an entry in the browser's history. */
function placeOf(address: string): string {
  const parts = partsOf(address)
  const source = sourceIn(parts)
  return JSON.stringify([activityIn(parts), source, panelIn(parts)])
}

/** From now on the page goes where its address says, and the address says where the page is. */
export function startNavigation(): void {
  history.replaceState({ line }, '')
  lead(true)
  window.addEventListener('popstate', ({ state }: PopStateEvent) => {
    const known = (state as { line?: number } | null)?.line
    const fresh = known !== line
    line = known ?? line + 1
    if (known === undefined) history.replaceState({ line }, '')
    lead(fresh)
  })
  effect(() => {
    const to = addressFor(activity.value)
    // While a table is on its way, or one that is open has not been taken up yet, the address waits for it.
    const comes = due.value !== null || opening.value || (openTable.value !== null && !places.value[activity.value])
    if (comes || to === location.hash) return
    const url = to === '' ? location.pathname + location.search : to
    if (placeOf(to) === placeOf(location.hash)) history.replaceState({ line }, '', url)
    else history.pushState({ line }, '', url)
  })
}
