//! Pictures made by code: a scene for each number, always the same, each unlike the others; and what people do to a
//! picture. No one's photos, and nothing to download.

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

/// A repeatable source of numbers (SplitMix64), so that a scene is the same on every machine.
pub struct Numbers(u64);

impl Numbers {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1))
    }

    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u32) -> u32 {
        (self.bits() % u64::from(limit.max(1))) as u32
    }

    fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1u64 << 24) as f32
    }

    fn colour(&mut self) -> [f32; 3] {
        [self.unit() * 255.0, self.unit() * 255.0, self.unit() * 255.0]
    }
}

/// A scene: a sky and a ground, hills between them, and a few things with texture.
pub fn scene(number: u64, width: u32, height: u32) -> RgbImage {
    let mut numbers = Numbers::new(number);
    let (sky, haze, ground) = (numbers.colour(), numbers.colour(), numbers.colour());
    let horizon = 0.3 + 0.4 * numbers.unit();
    let waves: Vec<(f32, f32, f32)> = (0..3).map(|_| (2.0 + 9.0 * numbers.unit(), 6.3 * numbers.unit(), 0.08 * numbers.unit())).collect();
    let things: Vec<Thing> = (0..6 + numbers.below(8)).map(|_| Thing::new(&mut numbers)).collect();
    let grain = numbers.bits();
    RgbImage::from_fn(width, height, |px, py| {
        let (x, y) = (px as f32 / width as f32, py as f32 / height as f32);
        let edge = horizon + waves.iter().map(|(f, phase, a)| a * (f * x + phase).sin()).sum::<f32>();
        let mut colour = if y < edge { mix(sky, haze, y / edge) } else { mix(haze, ground, ((y - edge) / (1.0 - edge)).sqrt()) };
        for thing in &things {
            thing.paint(x, y, width as f32 / height as f32, &mut colour);
        }
        // Grain, as a sensor has it, so that files are not suspiciously small.
        let noise = (Numbers::new(grain ^ (u64::from(px) << 32 | u64::from(py))).bits() % 13) as f32 - 6.0;
        Rgb(colour.map(|value| (value + noise).clamp(0.0, 255.0) as u8))
    })
}

struct Thing {
    x: f32,
    y: f32,
    size: f32,
    turn: f32,
    stripes: f32,
    is_round: bool,
    colours: [[f32; 3]; 2],
}

impl Thing {
    fn new(numbers: &mut Numbers) -> Self {
        Self {
            x: numbers.unit(),
            y: numbers.unit(),
            size: 0.05 + 0.2 * numbers.unit(),
            turn: 3.1 * numbers.unit(),
            stripes: 20.0 + 80.0 * numbers.unit(),
            is_round: numbers.below(2) == 0,
            colours: [numbers.colour(), numbers.colour()],
        }
    }

    fn paint(&self, x: f32, y: f32, aspect: f32, colour: &mut [f32; 3]) {
        let (dx, dy) = ((x - self.x) * aspect, y - self.y);
        let (u, v) = (dx * self.turn.cos() + dy * self.turn.sin(), dy * self.turn.cos() - dx * self.turn.sin());
        let is_inside = if self.is_round { u * u + v * v < self.size * self.size } else { u.abs() < self.size && v.abs() < self.size * 0.6 };
        if is_inside {
            *colour = mix(self.colours[0], self.colours[1], 0.5 + 0.5 * (self.stripes * u).sin());
        }
    }
}

fn mix(a: [f32; 3], b: [f32; 3], share: f32) -> [f32; 3] {
    std::array::from_fn(|channel| a[channel] + (b[channel] - a[channel]) * share.clamp(0.0, 1.0))
}

/// Something that is done to a picture.
pub type Edit = fn(&RgbImage) -> RgbImage;

/// What people do to a picture before they look for it again, by name.
pub const EDITS: &[(&str, Edit)] = &[
    ("small", |picture| imageops::resize(picture, picture.width() / 2, picture.height() / 2, FilterType::Triangle)),
    ("cropped", |picture| {
        let (w, h) = (picture.width(), picture.height());
        imageops::crop_imm(picture, w / 10, h / 10, w * 8 / 10, h * 8 / 10).to_image()
    }),
    ("mirrored", imageops::flip_horizontal),
    ("brighter", |picture| imageops::brighten(picture, 30)),
];

/// A picture turned clockwise about its middle by some degrees, within its own edges; what comes from outside is black.
pub fn tilted(picture: &RgbImage, degrees: f32) -> RgbImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (width, height) = picture.dimensions();
    let (middle_x, middle_y) = (width as f32 / 2.0, height as f32 / 2.0);
    RgbImage::from_fn(width, height, |x, y| {
        let (right, down) = (x as f32 + 0.5 - middle_x, y as f32 + 0.5 - middle_y);
        let (x, y) = (cos * right + sin * down + middle_x, cos * down - sin * right + middle_y);
        let is_inside = x >= 0.0 && y >= 0.0;
        is_inside.then(|| picture.get_pixel_checked(x as u32, y as u32)).flatten().copied().unwrap_or(Rgb([0; 3]))
    })
}

/// Another picture of the same things: its halves are exchanged. To vectors it is nearly the same one.
pub fn rearranged(picture: &RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    RgbImage::from_fn(width, height, |x, y| *picture.get_pixel((x + width / 2) % width, y))
}

/// A picture with a line of words, or what looks like one, on a bar over its lowest quarter.
pub fn captioned(picture: &RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let is_line = |x: u32, y: u32| (height * 7 / 8..height * 15 / 16).contains(&y) && (width / 10..width * 9 / 10).contains(&x);
    let is_ink = |x: u32, y: u32| is_line(x, y) && !(x / 6).is_multiple_of(4) && (x / 2 + y / 3).is_multiple_of(2);
    RgbImage::from_fn(width, height, |x, y| match y {
        y if y < height * 3 / 4 => *picture.get_pixel(x, y),
        y if is_ink(x, y) => Rgb([255; 3]),
        _ => Rgb([0; 3]),
    })
}

/// A picture as JPEG bytes.
pub fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).expect("a picture in memory can be encoded");
    bytes
}
