/** Writes infra/sam/template.yaml. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { samTemplate } from '../lib/sam.ts';

writeFileSync(join(import.meta.dirname, '..', '..', 'sam', 'template.yaml'), samTemplate());
