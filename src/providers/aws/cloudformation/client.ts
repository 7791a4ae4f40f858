import process from 'node:process';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';

/** CloudFormation answers within 1 s as a rule, a page of many stacks within 3 s. Our choice. */
const REQUEST_MS = 10_000;
const CONNECT_MS = 1_000;
/** CloudFormation throttles early; the SDK waits between its tries. */
const ATTEMPTS = 5;

/** Region, credentials and endpoint (`AWS_ENDPOINT_URL_CLOUDFORMATION` too) come by the SDK's own rules. */
export function createCloudFormation(): CloudFormationClient {
  // It warns of what later versions of the SDK need of Node. Ours is pinned.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return new CloudFormationClient({
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS, throwOnRequestTimeout: true },
  });
}
