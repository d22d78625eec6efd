import { signal } from '@preact/signals'
import { columnWord, spellValue } from '@sbridge/core/internal'
import type { ComponentProps } from 'preact'
import { observationFault, observationOf, withObservation, writeObservation } from '../../state/known.js'
import { change, frame, knowable, settings } from '../../state/sampling.js'
import { InlineFault } from '../fault-words.js'
import { Link } from '../fields.js'

/** What is being typed, before it is an observation. */
const draft = signal('')

const draftFault = () => (draft.value === '' ? null : observationFault(draft.value))

/** Makes an observation of what was typed and can be read: whoever presses the button means it too. */
export function takeDraft(): void {
  if (draft.value === '' || draftFault()) return
  change(withObservation(settings.value.observe.length, draft.value))
  draft.value = ''
}

/** What was measured about one more row, with error. */
export function Observations() {
  const { observe } = settings.value
  const trouble = draftFault()
  return (
    <div class="known">
      <p class="soft">
        Something was measured, with error. Draw it on the picture: press where the value lies and drag as far as the error reaches,
        sideways for the column to the right, upwards for the other.
      </p>
      <AddShown />
      <ul aria-label="Observations">
        {observe.map((text, at) => (
          <Observation key={at} text={text} at={at} />
        ))}
      </ul>
      <p class="known-head">
        <label for="observation">{observe.length === 0 ? 'Or write it' : 'And'}</label>
        <Link disabled={draft.value === '' || trouble !== null} onClick={takeDraft}>
          observe
        </Link>
      </p>
      <Expression
        id="observation"
        placeholder={example()}
        value={draft.value}
        aria-invalid={trouble !== null}
        aria-describedby="observation-fault"
        onInput={(event) => {
          draft.value = event.currentTarget.value
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          takeDraft()
        }}
      />
      <InlineFault id="observation-fault" fault={trouble} />
    </div>
  )
}

const Expression = (props: ComponentProps<'input'>) => (
  <input type="text" class="expression" spellcheck={false} autocomplete="off" {...props} />
)

/** For those who do not drag: an observation of a displayed column, in its middle. */
function AddShown() {
  const axes = frame.value
  if (!axes) return null
  const columns = [...new Set([axes.x.name, axes.y.name])].flatMap((name) => knowable().find((one) => one.name === name && one.range) ?? [])
  return (
    <p class="known-add">
      {columns
        .filter(({ name }) => !observationOf(name))
        .map((column) => (
          <button
            key={column.name}
            type="button"
            onClick={() => {
              const { low, high } = column.range!
              const text = writeObservation(column.name, spellValue(column, (low + high) / 2), spellDeviation((high - low) / 20))
              change(withObservation(settings.value.observe.length, text))
            }}
          >
            Observe {column.name}
          </button>
        ))}
    </p>
  )
}

/** Two digits tell an error. */
export function spellDeviation(deviation: number): string {
  return String(Number(deviation.toPrecision(2)))
}

/** Characters of an example that a narrow field shows. */
const LONGEST_EXAMPLE = 32

/** An observation that could be made of this table: of two columns where it is seen whole. */
function example(): string {
  const columns = knowable().filter(({ range, kind }) => range && kind !== 'datetime')
  const of = (count: number) => {
    const chosen = columns.slice(0, count)
    const middle = chosen.reduce((sum, { range }) => sum + (range!.low + range!.high) / 2, 0)
    const spread = chosen.reduce((sum, { range }) => sum + (range!.high - range!.low) / 20, 0)
    const names = chosen.map(({ name }) => columnWord(name)).join(' + ')
    return `${names} = ${Number(middle.toPrecision(3))} ± ${spellDeviation(spread)}`
  }
  return of(2).length > LONGEST_EXAMPLE ? of(1) : of(2)
}

function Observation({ text, at }: { text: string; at: number }) {
  const trouble = observationFault(text)
  return (
    <li>
      <Expression
        value={text}
        title={text}
        aria-label={`Observation ${at + 1}`}
        aria-invalid={trouble !== null}
        onChange={(event) => {
          const typed = event.currentTarget.value.trim()
          if (typed !== text) change(withObservation(at, typed === '' ? null : typed))
        }}
      />
      <p class="known-head">
        <InlineFault fault={trouble} />
        <Link aria-label={`Forget observation ${at + 1}`} onClick={() => change(withObservation(at, null))}>
          forget
        </Link>
      </p>
    </li>
  )
}
