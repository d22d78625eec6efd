import { release } from '../../state/known.js'

interface RangeSliderProps {
  readonly label: string
  readonly low: number
  readonly high: number
  readonly step: number
  /** One thumb, or two. */
  readonly values: readonly [number] | readonly [number, number]
  readonly words: (value: number) => string
  readonly set: (values: number[]) => void
}

/** A slider with one thumb, or two over one track: each is an input of its own, so that keyboards and screen readers know it. */
export function RangeSlider({ label, low, high, step, values, words, set }: RangeSliderProps) {
  const [from, to] = [Math.floor(low / step) * step, Math.ceil(high / step) * step]
  const place = (value: number) => Math.min(to, Math.max(from, value))
  const slide = (which: number) => (event: Event) => {
    const input = event.currentTarget as HTMLInputElement
    // Thumbs may meet, not pass each other.
    const moved = values.map((value, i) => (i === which ? input.valueAsNumber : place(value)))
    if (moved.length === 2) moved[which] = which === 0 ? Math.min(moved[0]!, moved[1]!) : Math.max(moved[0]!, moved[1]!)
    input.value = String(moved[which])
    set(moved)
  }
  const names = values.length === 1 ? [label] : [`${label}, from`, `${label}, to`]
  return (
    <div class={`thumbs ${values.length === 2 ? 'two' : ''}`}>
      {values.map((value, which) => (
        <input
          key={which}
          type="range"
          min={from}
          max={to}
          step={step}
          value={place(value)}
          aria-label={names[which]}
          aria-valuetext={words(value)}
          onInput={slide(which)}
          onChange={release}
        />
      ))}
    </div>
  )
}
