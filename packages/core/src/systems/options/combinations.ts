import { InputError } from '../../num/errors.js'
import type { Exclusion, Field } from './fields.js'

type Options = Readonly<Record<string, unknown>>

/** How whoever asks writes an option: by its name, or as a flag. */
export type Spelling = (option: string) => string

const GROUPS: Readonly<Record<string, string>> = { known: 'conditions or observations', observed: 'observations' }

/**
 * Refuses options that mean nothing without another, or that do not go together, as their fields say. `options` are those
 * that are given, and those that the model was fitted with. Throws `InputError` (code `option-combination`).
 */
export function refuseCombinations(fields: readonly Field[], options: Options, spell: Spelling = (name) => name): void {
  const rules = new Rules(fields, options, spell)
  for (const field of fields) {
    if (options[field.name] === undefined) continue
    if (field.needs !== undefined && !rules.holds(field.needs)) throw rules.lacking(field, field.needs)
    const broken = field.excludes?.find((exclusion) => rules.breaks(field, exclusion))
    if (broken) throw rules.clash(field, broken)
  }
}

class Rules {
  constructor(
    private readonly fields: readonly Field[],
    private readonly options: Options,
    private readonly spell: Spelling
  ) {}

  holds(term: string): boolean {
    if (term.startsWith('!')) return !this.holds(term.slice(1))
    const [name, value] = term.split('=')
    const names =
      name! in GROUPS ? this.fields.filter(({ group }) => group === name || (group && name === 'known')).map((f) => f.name) : [name!]
    return names.some((one) => this.options[one] !== undefined && (value === undefined || this.options[one] === value))
  }

  breaks({ name }: Field, { value, but, beside }: Exclusion): boolean {
    const own = this.options[name]
    return (value === undefined || own === value) && own !== but && beside.every((term) => this.holds(term))
  }

  lacking({ name }: Field, needs: string): InputError {
    const other = this.words(needs)
    return notTogether(`${this.spell(name)} without ${other}`, `leaving ${this.spell(name)} out`, `${other} beside it`)
  }

  clash(field: Field, { beside, because, value, but }: Exclusion): InputError {
    const name = this.spell(field.name)
    const shown = value !== undefined || but !== undefined ? `${name} ${String(this.options[field.name])}` : name
    const [present, absent] = [false, true].map((lacks) =>
      beside.filter((term) => term.startsWith('!') === lacks).map((term) => this.words(term.replace('!', '')))
    )
    const told = present!.length > 0 ? `with ${present!.join(' and ')}` : `without ${absent!.join(' and ')}`
    return notTogether(`${shown} ${told}`, `leaving ${name} out`, because)
  }

  private words(term: string): string {
    const [name, value] = term.split('=')
    return GROUPS[name!] ?? `${this.spell(name!)}${value === undefined ? '' : ` ${value}`}`
  }
}

/** The refusal of options that do not go together, or not with the data and the model at hand. */
export function notTogether(got: string, instead: string, expected = 'options that go together'): InputError {
  return new InputError({ code: 'option-combination', got, expected, try: instead })
}
