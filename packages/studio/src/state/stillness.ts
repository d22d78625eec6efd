import { type ReadonlySignal, signal } from '@preact/signals'

/** Whether the page is as a media query says, by now. */
export function mediaOf(query: string): ReadonlySignal<boolean> {
  const media = matchMedia(query)
  const matches = signal(media.matches)
  media.addEventListener('change', () => {
    matches.value = media.matches
  })
  return matches
}

/** Whether the person has asked for less motion: then nothing moves by itself. */
export const stillness = mediaOf('(prefers-reduced-motion: reduce)')
