import { z } from 'zod';
import { networkFault, parseNetwork } from './network.ts';

/** What of a cluster is Amazon's. Only what is implemented stands here. */

const DISK_TYPES = ['gp3', 'gp2'] as const;

/** Amazon's names are an instance family and a size, e.g. `t3.medium`, `u-6tb1.56xlarge`. */
const instanceType = z
  .string()
  .regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'an instance type such as t3.medium')
  .meta({ examples: ['t3.medium'] })
  .default('t3.medium')
  .describe('EC2 instance type. A change replaces machines');
const disk = z
  .strictObject({
    sizeGiB: z
      .int()
      .min(8)
      .max(16_384)
      .default(20)
      .describe('Of the one disk of a machine. A change replaces machines'),
    type: z.enum(DISK_TYPES).default('gp3').describe('EBS volume type; always encrypted. A change replaces machines'),
  })
  .prefault({});

export const managerMachineSchema = z.strictObject({ instanceType, disk });
export const workerMachineSchema = z.strictObject({
  instanceType,
  disk,
  spot: z
    .boolean()
    .default(false)
    .describe('true: spot instances, which Amazon may take back. A change replaces machines'),
});

/** The base template cuts a /24 for each of three zones. */
const isWideEnough = (text: string): boolean => {
  const network = parseNetwork(text);
  return network === null || (network.prefix >= 16 && network.prefix <= 22);
};

const DEFAULT_CIDR = '172.20.0.0/16';

export const awsSchema = z.strictObject({
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as eu-west-3')
    .meta({ examples: ['eu-west-3'] })
    .describe('The one that skep itself is set to (AWS_REGION). Cannot change'),
  keyName: z
    .string()
    .min(1)
    .max(255)
    .nullable()
    .default(null)
    .describe('EC2 key pair put on machines. A change replaces machines'),
  image: z
    .strictObject({
      id: z
        .string()
        .regex(/^ami-[0-9a-f]{8,17}$/, 'an image such as ami-0123456789abcdef0')
        .meta({ examples: ['ami-0123456789abcdef0'] })
        .describe('With Docker, systemd and curl in it. A change replaces machines'),
      rootDevice: z
        .string()
        .regex(/^\/dev\/[a-z0-9]+$/, 'a device such as /dev/xvda')
        .default('/dev/xvda')
        .describe('What the image calls its disk: /dev/xvda, or /dev/sda1 of Ubuntu'),
    })
    .describe('What machines boot from'),
  agent: z
    .strictObject({
      source: z
        .string()
        .regex(/^https?:\/\/[A-Za-z0-9._~:/?#@!&*+,;=%-]+$/, 'an http or https URL')
        .describe("Where machines fetch the agent's archive from"),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/, '64 digits, 0-9 and a-f')
        .describe('Of that archive'),
    })
    .describe('A change replaces machines'),
  network: z
    .strictObject({
      cidr: z
        .string()
        .refine((text) => networkFault(text) === null, { error: ({ input }) => networkFault(String(input)) ?? '' })
        .refine(isWideEnough, { error: 'not between /16 and /22 (allowed: such as 172.20.0.0/16)' })
        .meta({ examples: [DEFAULT_CIDR] })
        .default(DEFAULT_CIDR)
        .describe('Of the VPC that is made for the cluster. Cannot change'),
    })
    .prefault({}),
  terminationProtection: z.boolean().default(true).describe('Stacks that nobody deletes by mistake'),
});
