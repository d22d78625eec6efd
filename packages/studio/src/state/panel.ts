import { signal } from '@preact/signals'

/** The parts of the recipe, one at a time. */
export const PANELS = ['settings', 'conditions', 'observations'] as const
export type Panel = (typeof PANELS)[number]
export const panel = signal<Panel>('settings')

export function panelIn(parts: URLSearchParams): Panel {
  return PANELS.find((one) => one === parts.get('panel')) ?? 'settings'
}
