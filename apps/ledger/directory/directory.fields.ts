/** The bodies that state places, people, things and campaigns. */

import { ID_MAX_LENGTH, NAME_MAX_LENGTH } from '../http/field-text.ts';
import { BusinessDate, Optional, Text, Texts, TimeZone, WallClock, Whole } from '../http/fields.ts';
import { Lot } from './lot.fields.ts';

const ID = { maxLength: ID_MAX_LENGTH };
const NAME = { maxLength: NAME_MAX_LENGTH };

export class LocationFields {
  @Optional() @Text(NAME) name?: string;
  @Optional() @Text(ID) region?: string;
  @TimeZone() timeZone!: string;
  @Optional() @WallClock() businessDayStartsAt?: string;
}

export class EmployeeFields {
  @Optional() @Text(NAME) name?: string;
  @Texts(ID) roles!: string[];
  @Optional() @Text(ID) homeLocation?: string;
}

export class ItemFields {
  @Optional() @Text(NAME) name?: string;
  @Optional() @Text(ID) category?: string;
  @Whole(0) retailMinor!: number;
  @Whole(0) costMinor!: number;
}

export class CampaignFields {
  @Optional() @Text(NAME) name?: string;
  @Optional() @BusinessDate() from?: string;
  @Optional() @BusinessDate() to?: string;
  @Optional() @Lot() lot?: { share: number; seed: string };
}
