import { computed, effect, signal } from '@preact/signals'
import { mediaOf } from '../state/stillness.js'

type Theme = 'light' | 'dark'

const KEPT = 'sbridge-theme'
const dark = mediaOf('(prefers-color-scheme: dark)')
/** The look that was chosen, in this visit or an earlier one. */
const chosen = signal(kept())

/** The look that is shown: the system's until another is chosen. */
export const theme = computed((): Theme => chosen.value ?? (dark.value ? 'dark' : 'light'))

effect(() => {
  if (!chosen.value) return
  document.documentElement.dataset.theme = chosen.value
  try {
    localStorage.setItem(KEPT, chosen.value)
  } catch {
    // A browser that keeps nothing shows it for this visit.
  }
})

/** Nothing where the browser keeps nothing for this page. */
function kept(): Theme | null {
  try {
    const value = localStorage.getItem(KEPT)
    return value === 'light' || value === 'dark' ? value : null
  } catch {
    return null
  }
}

export function ThemeButton() {
  const other = theme.value === 'dark' ? 'light' : 'dark'
  return (
    <button type="button" class="quiet" onClick={() => (chosen.value = other)}>
      {other === 'dark' ? 'Dark' : 'Light'}
    </button>
  )
}

/** A colour of the page as it now is. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}
