import { signal } from '@preact/signals'

type Theme = 'light' | 'dark'

const KEPT = 'sbridge-theme'
const system = matchMedia('(prefers-color-scheme: dark)')

/** The look that was chosen, in this visit or an earlier one. */
let chosen = kept()

/** The look that is shown: the system's until another is chosen. */
export const theme = signal<Theme>(chosen ?? systemTheme())
if (chosen) document.documentElement.dataset.theme = chosen

system.addEventListener('change', () => {
  if (!chosen) theme.value = systemTheme()
})

function systemTheme(): Theme {
  return system.matches ? 'dark' : 'light'
}

/** Nothing where the browser keeps nothing for this page. */
function kept(): Theme | null {
  try {
    const value = localStorage.getItem(KEPT)
    return value === 'light' || value === 'dark' ? value : null
  } catch {
    return null
  }
}

function choose(look: Theme): void {
  chosen = look
  theme.value = look
  document.documentElement.dataset.theme = look
  try {
    localStorage.setItem(KEPT, look)
  } catch {
    // A browser that keeps nothing shows it for this visit.
  }
}

export function ThemeButton() {
  const other: Theme = theme.value === 'dark' ? 'light' : 'dark'
  return (
    <button type="button" class="quiet" onClick={() => choose(other)}>
      {other === 'dark' ? 'Dark' : 'Light'}
    </button>
  )
}

/** A colour of the page as it now is. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}
