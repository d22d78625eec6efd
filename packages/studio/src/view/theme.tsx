import { signal } from '@preact/signals'

type Theme = 'light' | 'dark'

const system = matchMedia('(prefers-color-scheme: dark)')

/** The look that is shown: the system's until another is chosen. */
export const theme = signal<Theme>(system.matches ? 'dark' : 'light')
let chosen = false

system.addEventListener('change', () => {
  if (!chosen) theme.value = system.matches ? 'dark' : 'light'
})

export function ThemeButton() {
  const other: Theme = theme.value === 'dark' ? 'light' : 'dark'
  const choose = () => {
    chosen = true
    theme.value = other
    document.documentElement.dataset.theme = other
  }
  return (
    <button type="button" class="quiet" onClick={choose}>
      {other === 'dark' ? 'Dark' : 'Light'}
    </button>
  )
}

/** A colour of the page as it now is. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}
