/** Aim: as `unreachable-replica.long.test.ts`, for the other times and ways in which an engine may be away. */
import { describe } from '@jest/globals';
import { unreachableAtTheStart, unreachableLater } from './unreachable.ts';

describe('an engine that never answers at the start', () => unreachableAtTheStart('never answers'));
describe('an engine that refuses connections later', () => unreachableLater('refuses connections'));
describe('an engine that never answers later', () => unreachableLater('never answers'));
describe('an engine that has no leader later', () => unreachableLater('has no leader'));
