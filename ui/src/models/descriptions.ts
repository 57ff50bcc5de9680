// Where models come from, in the window's language. A model says it of itself in English, in its model.toml or the catalogue;
// what the user has added is told as it says it.

import { language } from '../i18n/index.svelte';
import type { ModelEntry } from '../wire';

/** Of the models that Lookalike brings and offers, by their id. */
export const zhDescriptions: Partial<Record<string, string>> = {
  'lookalike-s-4':
    '由本项目从零开始训练（models/train），使用 tiny-imagenet、clothing-dataset-small、猫狗照片以及由代码绘制的图片，以 MobileNetV3-small（torchvision，BSD-3-Clause）为教师模型。',
  'mobilenetv2-12': 'ONNX 模型库中的 MobileNet v2，在 ImageNet 的 1,000 个类别上训练；取最后一次池化的 1,280 个特征。',
  'resnet50-v2-7': 'ONNX 模型库中的 ResNet-50 v2（来自 MXNet），在 ImageNet 的 1,000 个类别上训练；取最后一次池化的 2,048 个特征。',
  'vgg16-12': 'ONNX 模型库中的 VGG-16（来自 MXNet），在 ImageNet 的 1,000 个类别上训练；取最后一个卷积块的 512 个特征图各自的最大值。',
};

/** Null where it is told in English only. */
export function translatedDescription({ id, provenance, is_bundled, source }: ModelEntry): string | null {
  if (language() === 'en') return provenance;
  // A model of the user's own may have any name.
  return is_bundled || source !== null ? (zhDescriptions[id] ?? null) : null;
}
