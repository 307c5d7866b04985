import type { Facts } from '@ftm/domain/facts';
import type { facts } from '../parts.ts';

/** What of a resource is the same for every aggregate, and made in one place. */
type Common = 'id' | 'object' | 'status' | keyof typeof facts;

/** What a view of one aggregate says. */
export type Shown<Answer> = Omit<Answer, Common>;

/** A state that is there. */
export type Known<S extends { readonly status: string }> = Exclude<S, { readonly status: 'absent' }> & Facts;
