//! From a picture of any shape to the model's input tensor: trim, resize, scale, lay out.

use super::model::{Colour, Input, Layout, Resize};
use crate::media::{self, Rgb8, TrimBox, trim_box};

/// Fills `[1, 3, height, width]` (or `[1, height, width, 3]`) in row-major order.
pub(super) fn input_values(picture: &Rgb8, input: &Input) -> Vec<f32> {
    let whole = TrimBox { left: 0, top: 0, right: picture.width as usize, bottom: picture.height as usize };
    let cut = if input.trim { trim_box(picture) } else { whole };
    // Cut out first: the resize filter must not see beyond the edges.
    let sized = match input.resize {
        Resize::Squash => media::resize(&cut.cut_out(picture), input.width, input.height),
        Resize::CenterCrop => media::resize(&middle_of(cut, input).cut_out(picture), input.width, input.height),
        Resize::Letterbox => letterbox(&cut.cut_out(picture), input),
    };
    normalise(&sized, input)
}

/// The largest box in the middle that has the input's aspect.
fn middle_of(cut: TrimBox, input: &Input) -> TrimBox {
    let (width, height) = ((cut.right - cut.left) as f64, (cut.bottom - cut.top) as f64);
    let scale = (width / f64::from(input.width)).min(height / f64::from(input.height));
    let w = ((f64::from(input.width) * scale).round() as usize).clamp(1, cut.right - cut.left);
    let h = ((f64::from(input.height) * scale).round() as usize).clamp(1, cut.bottom - cut.top);
    let (left, top) = (cut.left + (cut.right - cut.left - w) / 2, cut.top + (cut.bottom - cut.top - h) / 2);
    TrimBox { left, top, right: left + w, bottom: top + h }
}

fn letterbox(picture: &Rgb8, input: &Input) -> Rgb8 {
    let (width, height) = (f64::from(picture.width), f64::from(picture.height));
    let scale = (f64::from(input.width) / width).min(f64::from(input.height) / height);
    let w = ((width * scale).round() as u32).clamp(1, input.width);
    let h = ((height * scale).round() as u32).clamp(1, input.height);
    let inner = media::resize(picture, w, h);
    // The mean, so that the filling becomes zero in the tensor.
    let fill = input.mean.map(|mean| (mean * 255.0).round() as u8);
    let mut data = fill.repeat((input.width * input.height) as usize);
    let (x, y) = ((input.width - w) / 2, (input.height - h) / 2);
    for (row, pixels) in inner.data.chunks_exact(w as usize * 3).enumerate() {
        let at = ((y as usize + row) * input.width as usize + x as usize) * 3;
        data[at..at + pixels.len()].copy_from_slice(pixels);
    }
    Rgb8 { width: input.width, height: input.height, data }
}

fn normalise(sized: &Rgb8, input: &Input) -> Vec<f32> {
    let order = match input.colour {
        Colour::Rgb => [0, 1, 2],
        Colour::Bgr => [2, 1, 0],
    };
    // value / 255 - mean, over std, as one multiplication and one addition.
    let scale = input.std.map(|std| 1.0 / (255.0 * std));
    let shift: Vec<f32> = input.mean.iter().zip(input.std).map(|(mean, std)| -mean / std).collect();
    let plane = sized.data.len() / 3;
    let mut values = vec![0.0; sized.data.len()];
    for (at, pixel) in sized.data.chunks_exact(3).enumerate() {
        for channel in 0..3 {
            let value = f32::from(pixel[order[channel]]) * scale[channel] + shift[channel];
            match input.layout {
                Layout::Nchw => values[channel * plane + at] = value,
                Layout::Nhwc => values[at * 3 + channel] = value,
            }
        }
    }
    values
}
