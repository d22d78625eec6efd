import type { Key } from '../../num/random.js'
import type { Family, FamilyContext, Smoothness } from './family.js'
import { brownianFamily, linearFamily } from './linear.js'
import { lotkaVolterraFamily } from './lotka-volterra.js'
import { equationOf, type ReferenceName } from './options.js'
import { mendedFamily } from './remainder-family.js'
import { repressilatorFamily } from './repressilator.js'
import { freeFamily, gradientFamily } from './smooth-field.js'

/** Families whose smoothness has to be chosen. */
export function isSmooth(name: ReferenceName): name is 'gradient' | 'free' {
  return name === 'gradient' || name === 'free'
}

/** The built-in family of this name for this data. Throws `InputError` when the number of columns does not fit it. */
export function familyOf(name: ReferenceName, context: FamilyContext, smooth: { smoothness: Smoothness; key: Key }): Family {
  return { ...builtIn(name, context, smooth), made: { name, context, smooth } }
}

function builtIn(name: ReferenceName, context: FamilyContext, smooth: { smoothness: Smoothness; key: Key }): Family {
  switch (name) {
    case 'brownian':
    case 'smooth':
      return brownianFamily(context, name)
    case 'linear':
      return linearFamily(context)
    case 'lotka-volterra':
      return lotkaVolterraFamily(context)
    case 'repressilator':
      return repressilatorFamily(context)
    case 'gradient':
      return gradientFamily(context, smooth.smoothness, smooth.key)
    case 'free':
      return freeFamily(context, smooth.smoothness, smooth.key)
    case 'linear+smooth':
    case 'lotka-volterra+smooth':
    case 'repressilator+smooth':
      return { ...mendedFamily(builtIn(equationOf(name), context, smooth), context, smooth), name }
  }
}
