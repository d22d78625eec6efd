// What every part that is loaded later needs: where one of them needed less, the bundler would cut the page in pieces.
import '../state/session.js'
import './columns.js'
import './found.js'
import './recipe.js'
import './options.css'
import { type Field, type FieldValue, parseField } from '@sbridge/core/internal'
import { useId } from 'preact/hooks'
import { optionText, readingFields } from 'sbridge/internal'
import { isElsewhere } from '../state/elsewhere.js'
import { EVERY } from '../state/every-option.js'
import { labelOf, settable } from '../state/options.js'
import { type Besides, same } from '../state/sheet.js'
import type { OptionsProps, ReadingProps } from './all-options.js'
import { InlineFault } from './fault-words.js'
import { Help, Select, type TypedProps, useTyped } from './fields.js'

/** Every option as its field describes it; those that mean nothing without another stand there with it. */
export function OptionsForm({ activity, session }: OptionsProps) {
  const { settings, change, facts } = session
  // What has a control of its own is not repeated.
  const free = ({ name }: Field) => !(name in settable[activity]!) && !isElsewhere(name)
  const { fit, draw } = EVERY[activity]
  const names = facts.value!.columns.map(({ name }) => name)
  const control = (part: keyof Besides, field: Field) => {
    const given = settings.value[part]
    const set = (value: FieldValue | null) => {
      const { [field.name]: _, ...rest } = given
      change({ [part]: value === null ? rest : { ...rest, [field.name]: value } })
    }
    return <Option key={field.name} field={field} value={given[field.name] ?? null} set={set} names={names} />
  }
  const useful = ({ name, needs }: Field) => {
    const { fit, draw } = settings.value
    return name in fit || name in draw || needs === undefined || holds(activity, settings.value, needs)
  }
  return (
    <div class="every">
      <ReadingForm name={session.source.value!.name} read={session.reading.value} set={session.readAs} />
      {fit
        .filter(free)
        .filter(useful)
        .map((field) => control('fit', field))}
      {draw
        .filter(free)
        .filter(useful)
        .map((field) => control('draw', field))}
    </div>
  )
}

/** The files of which an option of reading says something. */
const READ_OF: Readonly<Record<string, RegExp>> = {
  encoding: /\.(csv|tsv|txt|dat|json|jsonl|ndjson)(\.gz)?$/i,
  skip: /\.(csv|tsv|txt|dat|xlsx)(\.gz)?$/i,
  sheet: /\.xlsx$/i
}

/** How a file is read, where what is found in it is wrong. */
export function ReadingForm({ name: file, read, set }: ReadingProps) {
  const fields = readingFields.filter(({ name }) => READ_OF[name]?.test(file))
  if (fields.length === 0) return null
  return (
    <fieldset class="reading">
      <legend>How the file is read</legend>
      {fields.map((field) => (
        <Option
          key={field.name}
          field={field}
          value={read[field.name] ?? null}
          set={(value) => {
            const { [field.name]: _, ...rest } = read
            set(value === null ? rest : { ...rest, [field.name]: value })
          }}
          names={[]}
        />
      ))}
    </fieldset>
  )
}

/** Whether an option, or one of the group `known`, is given. */
function holds(activity: OptionsProps['activity'], settings: Besides, needs: string): boolean {
  const [name, value] = needs.split('=')
  const own = settable[activity]!
  const now: Readonly<Record<string, unknown>> = { ...settings }
  return (name === 'known' ? ['given', 'observe'] : [name!]).some((one) => {
    const given = { ...settings.fit, ...settings.draw }[one] ?? (one in own && !same(now[one], own[one]!.usual) ? now[one] : undefined)
    return given !== undefined && (value === undefined || given === value)
  })
}

interface OptionProps {
  readonly field: Field
  readonly value: FieldValue | null
  readonly set: (value: FieldValue | null) => void
  /** Columns of the table. */
  readonly names: readonly string[]
}

function Option({ field, value, set, names }: OptionProps) {
  const id = useId()
  const { kind, unit, choices } = field
  const label = labelOf(field)
  const lists = kind === 'choice' && !field.byColumn ? choices! : unit === 'COLUMN' ? names : undefined
  if (kind === 'boolean')
    return (
      <div class="option">
        <label class="tick">
          <input
            type="checkbox"
            checked={value === true}
            onChange={(event) => set(event.currentTarget.checked || null)}
            aria-describedby={`${id}-help`}
          />
          {label}
        </label>
        <Help id={id} field={field} />
      </div>
    )
  if (lists)
    return (
      <div class="option">
        <div class="field wide">
          <label for={id}>{label}</label>
          <Select
            id={id}
            value={(value ?? '') as string}
            options={[
              { value: '', label: field.default },
              ...lists.filter((one) => one !== field.default).map((one) => ({ value: one, label: one }))
            ]}
            set={(text) => set(text === '' ? null : text)}
            aria-describedby={`${id}-help`}
          />
        </div>
        <Help id={id} field={field} />
      </div>
    )
  return (
    <div class="option">
      <TextField field={field} label={label} value={value} set={set} auto={field.default} />
    </div>
  )
}

/** Text as its field describes it, one a line where several can be given; nothing is null. */
function TextField(props: TypedProps<FieldValue | null>) {
  const { field, value } = props
  const id = useId()
  const read = (text: string) => {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    return field.repeatable ? lines : parseField(field, text.trim(), props.label!)
  }
  const shown = field.repeatable ? ((value ?? []) as readonly string[]).join('\n') : value === null ? '' : optionText(value)
  const { label, fault, input } = useTyped(props, read, shown)
  const own = { id, spellcheck: false, ...input, 'aria-describedby': `${id}-fault ${id}-help` } as object
  return (
    <>
      <div class="field wide">
        <label for={id}>{label}</label>
        {field.repeatable ? <textarea rows={2} {...own} /> : <input type="text" {...own} />}
      </div>
      {fault && <InlineFault id={`${id}-fault`} fault={fault} />}
      <Help id={id} field={field} />
    </>
  )
}
