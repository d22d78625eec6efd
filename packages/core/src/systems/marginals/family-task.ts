import type { Task } from '../../num/crew.js'
import { familyOf } from './families.js'
import type { Family, Making } from './family.js'
import type { ReferenceName } from './options.js'
import { remainderOf } from './remainder-family.js'
import { varyingFamily } from './varying-family.js'

type Packed<I> = Omit<I, 'family'> & { readonly made: Making }

/** A task under a family, which other threads make again of what it is made of. */
export const familyTask = <I extends { readonly family: Family }, O>(name: string, run: Task<I, O>['run']): Task<I, O> => ({
  name,
  run,
  pack: ({ family: { made }, ...rest }) => made && { ...rest, made },
  unpack: ({ made, ...rest }: Packed<I>) => ({ ...rest, family: familyMadeOf(made) }) as unknown as I
})

function familyMadeOf({ name, context, smooth, equation, steps }: Making): Family {
  const family = familyOf(name as ReferenceName, context, smooth)
  if (equation) return remainderOf(family, equation)
  return steps ? varyingFamily(family, steps) : family
}
