import { type ReadonlySignal, signal } from '@preact/signals'

const system = matchMedia('(prefers-reduced-motion: reduce)')
const still = signal(system.matches)
system.addEventListener('change', () => {
  still.value = system.matches
})

/** Whether the person has asked for less motion: then nothing moves by itself. */
export const stillness: ReadonlySignal<boolean> = still
