// What the codes of errors say in 简体中文. Engine and server say the rest, in English.

import type { ErrorCode } from '../wire';

/** Codes of `lookalike serve` that are not the engine's. */
export type ServerCode = 'too-large' | 'sign-in-required' | 'server-busy' | 'rate-limited' | 'method-not-allowed' | 'too-slow' | 'wrong-host' | 'token-may-only-search';

export const zhErrors: Record<ErrorCode | ServerCode, string> = {
  'invalid-request': '无法这样操作，请检查输入的内容。',
  'not-found': '找不到所需的内容，可能已被移动或删除。',
  'not-a-picture': '这个文件不是可以读取的图片。',
  'result-set-gone': '这些搜索结果已失效，请重新搜索。',
  'model-unusable': '模型无法使用。',
  'download-failed': '下载失败，请检查网络连接后重试。',
  'library-busy': '另一个 Lookalike 正在使用此图库。',
  'read-only': '此处只能读取图库，不能更改。',
  'catalog-unusable': '图库的目录无法使用。您的照片没有任何改动。',
  'io': '读取或写入文件失败。',
  'not-connected': '尚未连接共享图库。',
  'remote-failed': '服务器没有正常应答。',
  'cancelled': '操作已取消。',
  'internal': '程序内部出错。您的照片没有任何改动。',
  'too-large': '发送的内容过大。',
  'sign-in-required': '需要先登录。',
  'server-busy': '服务器正忙，请稍后重试。',
  'rate-limited': '请求过于频繁，请稍后重试。',
  'method-not-allowed': '服务器不支持此操作。',
  'too-slow': '发送请求花的时间过长，请重试。',
  'wrong-host': '服务器不接受这个地址。',
  'token-may-only-search': '您登录所用的令牌只能搜索和查看。',
};
