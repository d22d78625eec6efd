import { computed, signal } from '@preact/signals'

/** A change of one part of the page, and how it is taken back. */
interface Step {
  readonly owner: string
  readonly back: () => void
}

const MOST_STEPS = 100

/** Everything that can be taken back, newest last: one list for the whole page. */
const steps = signal<readonly Step[]>([])

export const canUndo = computed(() => steps.value.length > 0)

export function remember(owner: string, back: () => void): void {
  steps.value = [...steps.value.slice(1 - MOST_STEPS), { owner, back }]
}

/** Takes back the newest change, or the newest of one part. */
export function undo(owner?: string): void {
  const at = owner === undefined ? steps.value.length - 1 : steps.value.findLastIndex((step) => step.owner === owner)
  const step = steps.value[at]
  if (!step) return
  steps.value = steps.value.filter((one) => one !== step)
  step.back()
}

/** Another table has been opened: what was changed before it cannot come back. */
export function forget(owner: string): void {
  steps.value = steps.value.filter((step) => step.owner !== owner)
}
