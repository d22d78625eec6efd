import { type Field, parseField } from '@sbridge/core/internal'
import type { ComponentProps } from 'preact'
import { useId, useState } from 'preact/hooks'
import { flagNamed } from 'sbridge/internal'
import { labelOf } from '../state/options.js'
import type { Fault } from '../state/page.js'
import { same } from '../state/sheet.js'
import { tried } from '../work/fault.js'
import { InlineFault } from './fault-words.js'

/** A button that reads as a word among others. */
export const Link = (props: ComponentProps<'button'>) => <button type="button" class="link" {...props} />

/** What a control does, takes, and in which unit. Where room is scarce it is heard, and not seen. */
export const Help = ({ id, field: { name, sentence, range, unit, choices } }: { readonly id: string; readonly field: Field }) => (
  <p class="soft help" id={`${id}-help`}>
    {sentence} {!choices && `(${range}${unit && !/[A-Z]/.test(unit) ? `; unit: ${unit}` : ''})`} <code>{flagNamed(name)}</code>
  </p>
)

export interface TypedProps<T> {
  readonly field: Field
  readonly label?: string
  readonly value: T
  readonly set: (value: T) => void
  /** What stands there while nothing is given, where that has a meaning. */
  readonly auto?: string
  /** Said below it. */
  readonly found?: string
}

/** What is typed for a field, and what is wrong with it: what cannot be read stays as it was typed. */
export function useTyped<T>({ field, label = labelOf(field), value, set, auto }: TypedProps<T>, read: (text: string) => T, shown: string) {
  const [typed, setTyped] = useState<{ readonly text: string; readonly beside: T; readonly fault?: Fault } | null>(null)
  // Another value, as of a change that is undone, takes its place.
  const now = typed && same(typed.beside, value) ? typed : null
  const commit = (event: Event) => {
    const { value: text, validity } = event.currentTarget as HTMLInputElement
    setTyped(null)
    // Of what is no number a browser hands over nothing.
    const wanted = () => (auto !== undefined && text.trim() === '' && !validity.badInput ? (null as T) : read(text))
    const remedy = value === null ? 'leaving it empty' : `${shown}, as before`
    const next = tried(wanted, ({ got, expected }) => setTyped({ text, beside: value, fault: { got, expected, remedy } }))
    if (next !== undefined && !same(next, value)) set(next)
  }
  return {
    label,
    fault: now?.fault,
    input: {
      value: now?.text ?? shown,
      'aria-invalid': now?.fault !== undefined,
      placeholder: auto,
      title: field.sentence,
      // What is said goes while one types: where it went as the field is left, what is pressed then would move away.
      onInput: (event: Event) => now && setTyped({ text: (event.currentTarget as HTMLInputElement).value, beside: value }),
      onChange: commit
    }
  }
}

/** A number as its field describes it; what cannot be read stays as it was typed, and is told. */
export function NumberField<T extends number | null>(props: TypedProps<T>) {
  const { field, value, found } = props
  const id = useId()
  const { label, fault, input } = useTyped(
    props,
    (text) => parseField(field, text, props.label ?? labelOf(field)) as T,
    String(value ?? '')
  )
  return (
    <>
      <div class="field">
        <label for={id}>{label}</label>
        <input
          id={id}
          type="number"
          min={field.minimum}
          max={field.maximum}
          step={field.kind === 'integer' ? 1 : 'any'}
          {...input}
          aria-describedby={`${id}-fault ${id}-found ${id}-help`}
        />
      </div>
      {fault && <InlineFault id={`${id}-fault`} fault={fault} />}
      <Help id={id} field={field} />
      {found !== undefined && (
        <p class="soft found" id={`${id}-found`}>
          {found}
        </p>
      )}
    </>
  )
}

interface SelectProps<T extends string>
  extends Pick<ComponentProps<'select'>, 'id' | 'class' | 'disabled' | 'title' | 'aria-label' | 'aria-describedby'> {
  readonly value: T
  readonly options: readonly (T | { readonly value: T; readonly label: string })[]
  readonly set: (value: T) => void
}

export function Select<T extends string>({ options, set, ...rest }: SelectProps<T>) {
  const named = options.map((option) => (typeof option === 'string' ? { value: option, label: option } : option))
  return (
    <select {...rest} onChange={(event) => set(event.currentTarget.value as T)}>
      {named.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  )
}

interface SelectFieldProps<T extends string> extends SelectProps<T> {
  readonly label: string
  readonly field?: Field
}

export function SelectField<T extends string>({ label, field, ...rest }: SelectFieldProps<T>) {
  const id = useId()
  return (
    <>
      <div class="field">
        <label for={id}>{label}</label>
        <Select id={id} aria-describedby={`${id}-help`} {...rest} />
      </div>
      {field && <Help id={id} field={field} />}
    </>
  )
}

interface ChoiceFieldProps<T extends string> extends Omit<SelectProps<T>, 'options'> {
  readonly field: Field
  readonly label?: string
  readonly words?: Readonly<Record<T, string>>
}

/** One of a field's choices. */
export function ChoiceField<T extends string>({ field, label = labelOf(field), words, ...rest }: ChoiceFieldProps<T>) {
  const options = (field.choices as readonly T[]).map((value) => ({ value, label: words?.[value] ?? value }))
  return <SelectField {...rest} label={label} options={options} field={field} title={field.sentence} />
}
