import { capital } from '@sbridge/core/internal'
import { useRef } from 'preact/hooks'
import { PANELS, type Panel, panel } from '../../state/panel.js'
import { settings } from '../../state/sampling.js'

/** The quiet steps of the recipe: how rows are drawn, what is known of them, what was observed. */
export function PanelTabs() {
  const list = useRef<HTMLDivElement>(null)
  const counts: Readonly<Record<Panel, number>> = {
    settings: 0,
    conditions: Object.keys(settings.value.given).length + Number(settings.value.givenFile !== null),
    observations: settings.value.observe.length
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    panel.value = PANELS[(PANELS.indexOf(panel.value) + step + PANELS.length) % PANELS.length]!
    list.current!.querySelector<HTMLElement>(`#tab-${panel.value}`)!.focus()
  }
  return (
    <div class="panel-tabs" role="tablist" aria-label="Parts of the recipe" ref={list} onKeyDown={onKeyDown}>
      {PANELS.map((one) => (
        <button
          key={one}
          type="button"
          role="tab"
          id={`tab-${one}`}
          aria-selected={panel.value === one}
          aria-controls={`panel-${one}`}
          tabIndex={panel.value === one ? 0 : -1}
          onClick={() => {
            panel.value = one
          }}
        >
          {capital(one)}
          {counts[one] > 0 && (
            <>
              <i aria-hidden="true" />
              <span class="visually-hidden"> ({counts[one]} set)</span>
            </>
          )}
        </button>
      ))}
    </div>
  )
}
