//! cSHAKE and KMAC: the samples that NIST publishes for SP 800-185. TurboSHAKE and KangarooTwelve: RFC 9861, section 5.

use wasi_crypto_interface::AlgorithmType;

use super::{case, hex};
use crate::case::{Case, Handle};

pub(super) fn cases() -> Vec<Case> {
    XOFS.iter().map(Xof::case).chain(KMACS.iter().map(kmac)).collect()
}

enum Message {
    Text(&'static str),
    /// The first so many of 0, 1, 2 and so on.
    Counted(usize),
    /// The same, which begins again after 250.
    Pattern(usize),
    /// So many times 255.
    Ones(usize),
}

impl Message {
    fn bytes(&self) -> Vec<u8> {
        match *self {
            Self::Text(text) => text.into(),
            Self::Counted(len) => (0..=255).take(len).collect(),
            Self::Pattern(len) => (0..=250).cycle().take(len).collect(),
            Self::Ones(len) => vec![255; len],
        }
    }
}

struct Xof {
    id: &'static str,
    algorithm: &'static str,
    message: Message,
    context: Message,
    /// How many bytes of the output come before.
    skipped: u32,
    output: &'static str,
}

impl Xof {
    fn case(&self) -> Case {
        let mut c = case(self.id, self.algorithm, &["SYM-XOF-001", "SYM-XOF-002", "SYM-ABSORB-001"]);
        let options = options(&mut c, &self.context.bytes());
        let state = c.state_open(self.algorithm, None, options);
        let message = self.message.bytes();
        c.absorb(state, &message[..message.len() / 3]);
        c.absorb(state, &message[message.len() / 3..]);
        if self.skipped > 0 {
            c.squeeze(state, self.skipped);
        }
        c.squeeze_eq(state, hex(self.output));
        c
    }
}

fn options(c: &mut Case, context: &[u8]) -> Option<Handle> {
    (!context.is_empty()).then(|| {
        let options = c.options_open(AlgorithmType::Symmetric);
        c.options_set(options, "context", context);
        options
    })
}

/// The key is 40, 41 to 5f; the message, so many of 0, 1, 2 and so on.
fn kmac((number, algorithm, len, context, tag): &(u32, &str, usize, &str, &str)) -> Case {
    let requirements = ["SYM-MAC-001", "SYM-MAC-002", "SYM-STAG-018", "SYM-TAG-VERIFY-001"];
    let mut c = case(format!("sp800-185/{algorithm}/{number}"), algorithm, &requirements);
    let key = c.key_import(algorithm, (0x40..0x60).collect::<Vec<u8>>());
    let options = options(&mut c, context.as_bytes());
    let state = c.state_open(algorithm, Some(key), options);
    c.absorb(state, Message::Counted(*len).bytes());
    c.squeeze_tag_eq(state, hex(tag));
    c
}

/// Number, algorithm, length of the message, customization, tag.
const KMACS: &[(u32, &str, usize, &str, &str)] = &[
    (1, "KMAC-128", 4, "", "e5780b0d3ea6f7d3a429c5706aa43a00fadbd7d49628839e3187243f456ee14e"),
    (2, "KMAC-128", 4, "My Tagged Application", "3b1fba963cd8b0b59e8c1a6d71888b7143651af8ba0a7070c0979e2811324aa5"),
    (3, "KMAC-128", 200, "My Tagged Application", "1f5b4e6cca02209e0dcb5ca635b89a15e271ecc760071dfd805faa38f9729230"),
    (
        4,
        "KMAC-256",
        4,
        "My Tagged Application",
        "20c570c31346f703c9ac36c61c03cb64c3970d0cfc787e9b79599d273a68d2f7f69d4cc3de9d104a351689f27cf6f595\
         1f0103f33f4f24871024d9c27773a8dd",
    ),
    (
        5,
        "KMAC-256",
        200,
        "",
        "75358cf39e41494e949707927cee0af20a3ff553904c86b08f21cc414bcfd691589d27cf5e15369cbbff8b9a4c2eb178\
         00855d0235ff635da82533ec6b759b69",
    ),
    (
        6,
        "KMAC-256",
        200,
        "My Tagged Application",
        "b58618f71f92e1d56c1b8c55ddd7cd188b97b4ca4d99831eb2699a837da2e4d970fbacfde50033aea585f1a2708510c3\
         2d07880801bd182898fe476876fc8965",
    ),
];

const XOFS: &[Xof] = &[
    Xof {
        id: "sp800-185/CSHAKE-128/1",
        algorithm: "CSHAKE-128",
        message: Message::Counted(4),
        context: Message::Text("Email Signature"),
        skipped: 0,
        output: "c1c36925b6409a04f1b504fcbca9d82b4017277cb5ed2b2065fc1d3814d5aaf5",
    },
    Xof {
        id: "sp800-185/CSHAKE-128/2",
        algorithm: "CSHAKE-128",
        message: Message::Counted(200),
        context: Message::Text("Email Signature"),
        skipped: 0,
        output: "c5221d50e4f822d96a2e8881a961420f294b7b24fe3d2094baed2c6524cc166b",
    },
    Xof {
        id: "sp800-185/CSHAKE-256/3",
        algorithm: "CSHAKE-256",
        message: Message::Counted(4),
        context: Message::Text("Email Signature"),
        skipped: 0,
        output: "d008828e2b80ac9d2218ffee1d070c48b8e4c87bff32c9699d5b6896eee0edd164020e2be0560858d9c00c037e34a969\
                 37c561a74c412bb4c746469527281c8c",
    },
    Xof {
        id: "sp800-185/CSHAKE-256/4",
        algorithm: "CSHAKE-256",
        message: Message::Counted(200),
        context: Message::Text("Email Signature"),
        skipped: 0,
        output: "07dc27b11e51fbac75bc7b3c1d983e8b4b85fb1defaf218912ac86430273091727f42b17ed1df63e8ec118f04b23633c\
                 1dfb1574c8fb55cb45da8e25afb092bb",
    },
    Xof {
        id: "rfc9861/TURBOSHAKE-128/empty",
        algorithm: "TURBOSHAKE-128",
        message: Message::Text(""),
        context: Message::Text(""),
        skipped: 0,
        output: "1e415f1c5983aff2169217277d17bb538cd945a397ddec541f1ce41af2c1b74c3e8ccae2a4dae56c84a04c2385c03c15\
                 e8193bdf58737363321691c05462c8df",
    },
    Xof {
        id: "rfc9861/TURBOSHAKE-128/empty-last",
        algorithm: "TURBOSHAKE-128",
        message: Message::Text(""),
        context: Message::Text(""),
        skipped: 10000,
        output: "a3b9b0385900ce761f22aed548e754da10a5242d62e8c658e3f3a923a7555607",
    },
    Xof {
        id: "rfc9861/TURBOSHAKE-128/17-0",
        algorithm: "TURBOSHAKE-128",
        message: Message::Pattern(1),
        context: Message::Text(""),
        skipped: 0,
        output: "55cedd6f60af7bb29a4042ae832ef3f58db7299f893ebb9247247d856958daa9",
    },
    Xof {
        id: "rfc9861/TURBOSHAKE-128/17-1",
        algorithm: "TURBOSHAKE-128",
        message: Message::Pattern(17),
        context: Message::Text(""),
        skipped: 0,
        output: "9c97d036a3bac819db70ede0ca554ec6e4c2a1a4ffbfd9ec269ca6a111161233",
    },
    Xof {
        id: "rfc9861/TURBOSHAKE-128/17-2",
        algorithm: "TURBOSHAKE-128",
        message: Message::Pattern(289),
        context: Message::Text(""),
        skipped: 0,
        output: "96c77c279e0126f7fc07c9b07f5cdae1e0be60bdbe10620040e75d7223a624d2",
    },
    Xof {
        id: "rfc9861/TURBOSHAKE-128/17-3",
        algorithm: "TURBOSHAKE-128",
        message: Message::Pattern(4913),
        context: Message::Text(""),
        skipped: 0,
        output: "d4976eb56bcf118520582b709f73e1d6853e001fdaf80e1b13e0d0599d5fb372",
    },
    Xof {
        id: "rfc9861/TURBOSHAKE-128/17-4",
        algorithm: "TURBOSHAKE-128",
        message: Message::Pattern(83521),
        context: Message::Text(""),
        skipped: 0,
        output: "da67c7039e98bf530cf7a37830c6664e14cbab7f540f58403b1b82951318ee5c",
    },
    Xof {
        id: "rfc9861/TURBOSHAKE-256/empty",
        algorithm: "TURBOSHAKE-256",
        message: Message::Text(""),
        context: Message::Text(""),
        skipped: 0,
        output: "367a329dafea871c7802ec67f905ae13c57695dc2c6663c61035f59a18f8e7db11edc0e12e91ea60eb6b32df06dd7f00\
                 2fbafabb6e13ec1cc20d995547600db0",
    },
    Xof {
        id: "rfc9861/TURBOSHAKE-256/empty-last",
        algorithm: "TURBOSHAKE-256",
        message: Message::Text(""),
        context: Message::Text(""),
        skipped: 10000,
        output: "abefa11630c661269249742685ec082f207265dccf2f43534e9c61ba0c9d1d75",
    },
    Xof {
        id: "rfc9861/TURBOSHAKE-256/17-0",
        algorithm: "TURBOSHAKE-256",
        message: Message::Pattern(1),
        context: Message::Text(""),
        skipped: 0,
        output: "3e1712f928f8eaf1054632b2aa0a246ed8b0c378728f60bc970410155c28820e90cc90d8a3006aa2372c5c5ea176b068\
                 2bf22bae7467ac94f74d43d39b0482e2",
    },
    Xof {
        id: "rfc9861/TURBOSHAKE-256/17-1",
        algorithm: "TURBOSHAKE-256",
        message: Message::Pattern(17),
        context: Message::Text(""),
        skipped: 0,
        output: "b3bab0300e6a191fbe6137939835923578794ea54843f5011090fa2f3780a9e5cb22c59d78b40a0fbff9e672c0fbe097\
                 0bd2c845091c6044d687054da5d8e9c7",
    },
    Xof {
        id: "rfc9861/TURBOSHAKE-256/17-2",
        algorithm: "TURBOSHAKE-256",
        message: Message::Pattern(289),
        context: Message::Text(""),
        skipped: 0,
        output: "66b810db8e90780424c0847372fdc95710882fde31c6df75beb9d4cd9305cfcae35e7b83e8b7e6eb4b78605880116316\
                 fe2c078a09b94ad7b8213c0a738b65c0",
    },
    Xof {
        id: "rfc9861/TURBOSHAKE-256/17-3",
        algorithm: "TURBOSHAKE-256",
        message: Message::Pattern(4913),
        context: Message::Text(""),
        skipped: 0,
        output: "c74ebc919a5b3b0dd1228185ba02d29ef442d69d3d4276a93efe0bf9a16a7dc0cd4eabadab8cd7a5edd96695f5d360ab\
                 e09e2c6511a3ec397da3b76b9e1674fb",
    },
    Xof {
        id: "rfc9861/TURBOSHAKE-256/17-4",
        algorithm: "TURBOSHAKE-256",
        message: Message::Pattern(83521),
        context: Message::Text(""),
        skipped: 0,
        output: "02cc3a8897e6f4f6ccb6fd46631b1f5207b66c6de9c7b55b2d1a23134a170afdac234eaba9a77cff88c1f020b7372461\
                 8c5687b362c430b248cd38647f848a1d",
    },
    Xof {
        id: "rfc9861/KT128/empty",
        algorithm: "KT128",
        message: Message::Text(""),
        context: Message::Text(""),
        skipped: 0,
        output: "1ac2d450fc3b4205d19da7bfca1b37513c0803577ac7167f06fe2ce1f0ef39e54269c056b8c82e48276038b6d292966c\
                 c07a3d4645272e31ff38508139eb0a71",
    },
    Xof {
        id: "rfc9861/KT128/empty-last",
        algorithm: "KT128",
        message: Message::Text(""),
        context: Message::Text(""),
        skipped: 10000,
        output: "e8dc563642f7228c84684c898405d3a834799158c079b12880277a1d28e2ff6d",
    },
    Xof {
        id: "rfc9861/KT128/17-0",
        algorithm: "KT128",
        message: Message::Pattern(1),
        context: Message::Text(""),
        skipped: 0,
        output: "2bda92450e8b147f8a7cb629e784a058efca7cf7d8218e02d345dfaa65244a1f",
    },
    Xof {
        id: "rfc9861/KT128/17-1",
        algorithm: "KT128",
        message: Message::Pattern(17),
        context: Message::Text(""),
        skipped: 0,
        output: "6bf75fa2239198db4772e36478f8e19b0f371205f6a9a93a273f51df37122888",
    },
    Xof {
        id: "rfc9861/KT128/17-2",
        algorithm: "KT128",
        message: Message::Pattern(289),
        context: Message::Text(""),
        skipped: 0,
        output: "0c315ebcdedbf61426de7dcf8fb725d1e74675d7f5327a5067f367b108ecb67c",
    },
    Xof {
        id: "rfc9861/KT128/17-3",
        algorithm: "KT128",
        message: Message::Pattern(4913),
        context: Message::Text(""),
        skipped: 0,
        output: "cb552e2ec77d9910701d578b457ddf772c12e322e4ee7fe417f92c758f0d59d0",
    },
    Xof {
        id: "rfc9861/KT128/17-4",
        algorithm: "KT128",
        message: Message::Pattern(83521),
        context: Message::Text(""),
        skipped: 0,
        output: "8701045e22205345ff4dda05555cbb5c3af1a771c2b89baef37db43d9998b9fe",
    },
    Xof {
        id: "rfc9861/KT128/context-41-0",
        algorithm: "KT128",
        message: Message::Ones(0),
        context: Message::Pattern(1),
        skipped: 0,
        output: "fab658db63e94a246188bf7af69a133045f46ee984c56e3c3328caaf1aa1a583",
    },
    Xof {
        id: "rfc9861/KT128/context-41-1",
        algorithm: "KT128",
        message: Message::Ones(1),
        context: Message::Pattern(41),
        skipped: 0,
        output: "d848c5068ced736f4462159b9867fd4c20b808acc3d5bc48e0b06ba0a3762ec4",
    },
    Xof {
        id: "rfc9861/KT128/context-41-2",
        algorithm: "KT128",
        message: Message::Ones(3),
        context: Message::Pattern(1681),
        skipped: 0,
        output: "c389e5009ae57120854c2e8c64670ac01358cf4c1baf89447a724234dc7ced74",
    },
    Xof {
        id: "rfc9861/KT128/context-41-3",
        algorithm: "KT128",
        message: Message::Ones(7),
        context: Message::Pattern(68921),
        skipped: 0,
        output: "75d2f86a2e644566726b4fbcfc5657b9dbcf070c7b0dca06450ab291d7443bcf",
    },
    Xof {
        id: "rfc9861/KT128/8191",
        algorithm: "KT128",
        message: Message::Pattern(8191),
        context: Message::Text(""),
        skipped: 0,
        output: "1b577636f723643e990cc7d6a659837436fd6a103626600eb8301cd1dbe553d6",
    },
    Xof {
        id: "rfc9861/KT128/8192",
        algorithm: "KT128",
        message: Message::Pattern(8192),
        context: Message::Text(""),
        skipped: 0,
        output: "48f256f6772f9edfb6a8b661ec92dc93b95ebd05a08a17b39ae3490870c926c3",
    },
    Xof {
        id: "rfc9861/KT128/8192-context-8189",
        algorithm: "KT128",
        message: Message::Pattern(8192),
        context: Message::Pattern(8189),
        skipped: 0,
        output: "3ed12f70fb05ddb58689510ab3e4d23c6c6033849aa01e1d8c220a297fedcd0b",
    },
    Xof {
        id: "rfc9861/KT128/8192-context-8190",
        algorithm: "KT128",
        message: Message::Pattern(8192),
        context: Message::Pattern(8190),
        skipped: 0,
        output: "6a7c1b6a5cd0d8c9ca943a4a216cc64604559a2ea45f78570a15253d67ba00ae",
    },
    Xof {
        id: "rfc9861/KT256/empty",
        algorithm: "KT256",
        message: Message::Text(""),
        context: Message::Text(""),
        skipped: 0,
        output: "b23d2e9cea9f4904e02bec06817fc10ce38ce8e93ef4c89e6537076af8646404e3e8b68107b8833a5d30490aa3348235\
                 3fd4adc7148ecb782855003aaebde4a9b0925319d8ea1e121a609821ec19efea89e6d08daee1662b69c840289f188ba8\
                 60f55760b61f82114c030c97e5178449608ccd2cd2d919fc7829ff69931ac4d0",
    },
    Xof {
        id: "rfc9861/KT256/empty-last",
        algorithm: "KT256",
        message: Message::Text(""),
        context: Message::Text(""),
        skipped: 10000,
        output: "ad4a1d718cf950506709a4c33396139b4449041fc79a05d68da35f1e453522e056c64fe94958e7085f2964888259b993\
                 2752f3ccd855288efee5fcbb8b563069",
    },
    Xof {
        id: "rfc9861/KT256/17-0",
        algorithm: "KT256",
        message: Message::Pattern(1),
        context: Message::Text(""),
        skipped: 0,
        output: "0d005a194085360217128cf17f91e1f71314efa5564539d444912e3437efa17f82db6f6ffe76e781eaa068bce01f2bbf\
                 81eacb983d7230f2fb02834a21b1ddd0",
    },
    Xof {
        id: "rfc9861/KT256/17-1",
        algorithm: "KT256",
        message: Message::Pattern(17),
        context: Message::Text(""),
        skipped: 0,
        output: "1ba3c02b1fc514474f06c8979978a9056c8483f4a1b63d0dccefe3a28a2f323e1cdcca40ebf006ac76ef039715234683\
                 7b1277d3e7faa9c9653b19075098527b",
    },
    Xof {
        id: "rfc9861/KT256/17-2",
        algorithm: "KT256",
        message: Message::Pattern(289),
        context: Message::Text(""),
        skipped: 0,
        output: "de8ccbc63e0f133ebb4416814d4c66f691bbf8b6a61ec0a7700f836b086cb029d54f12ac7159472c72db118c35b4e6aa\
                 213c6562caaa9dcc518959e69b10f3ba",
    },
    Xof {
        id: "rfc9861/KT256/17-3",
        algorithm: "KT256",
        message: Message::Pattern(4913),
        context: Message::Text(""),
        skipped: 0,
        output: "647efb49fe9d717500171b41e7f11bd491544443209997ce1c2530d15eb1ffbb598935ef954528ffc152b1e4d731ee26\
                 83680674365cd191d562bae753b84aa5",
    },
    Xof {
        id: "rfc9861/KT256/17-4",
        algorithm: "KT256",
        message: Message::Pattern(83521),
        context: Message::Text(""),
        skipped: 0,
        output: "b06275d284cd1cf205bcbe57dccd3ec1ff6686e3ed15776383e1f2fa3c6ac8f08bf8a162829db1a44b2a43ff83dd89c3\
                 cf1ceb61ede659766d5ccf817a62ba8d",
    },
    Xof {
        id: "rfc9861/KT256/context-41-0",
        algorithm: "KT256",
        message: Message::Ones(0),
        context: Message::Pattern(1),
        skipped: 0,
        output: "9280f5cc39b54a5a594ec63de0bb99371e4609d44bf845c2f5b8c316d72b159811f748f23e3fabbe5c3226ec96c62186\
                 df2d33e9df74c5069ceecbb4dd10eff6",
    },
    Xof {
        id: "rfc9861/KT256/context-41-1",
        algorithm: "KT256",
        message: Message::Ones(1),
        context: Message::Pattern(41),
        skipped: 0,
        output: "47ef96dd616f200937aa7847e34ec2feae8087e3761dc0f8c1a154f51dc9ccf845d7adbce57ff64b639722c6a1672e3b\
                 f5372d87e00aff89be97240756998853",
    },
    Xof {
        id: "rfc9861/KT256/context-41-2",
        algorithm: "KT256",
        message: Message::Ones(3),
        context: Message::Pattern(1681),
        skipped: 0,
        output: "3b48667a5051c5966c53c5d42b95de451e05584e7806e2fb765eda959074172cb438a9e91dde337c98e9c41bed94c4e0\
                 aef431d0b64ef2324f7932caa6f54969",
    },
    Xof {
        id: "rfc9861/KT256/context-41-3",
        algorithm: "KT256",
        message: Message::Ones(7),
        context: Message::Pattern(68921),
        skipped: 0,
        output: "e0911cc00025e1540831e266d94add9b98712142b80d2629e643aac4efaf5a3a30a88cbf4ac2a91a2432743054fbcc98\
                 97670e86ba8cec2fc2ace9c966369724",
    },
    Xof {
        id: "rfc9861/KT256/8191",
        algorithm: "KT256",
        message: Message::Pattern(8191),
        context: Message::Text(""),
        skipped: 0,
        output: "3081434d93a4108d8d8a3305b89682cebedc7ca4ea8a3ce869fbb73cbe4a58eef6f24de38ffc170514c70e7ab2d01f03\
                 812616e863d769afb3753193ba045b20",
    },
    Xof {
        id: "rfc9861/KT256/8192",
        algorithm: "KT256",
        message: Message::Pattern(8192),
        context: Message::Text(""),
        skipped: 0,
        output: "c6ee8e2ad3200c018ac87aaa031cdac22121b412d07dc6e0dccbb53423747e9a1c18834d99df596cf0cf4b8dfafb7bf0\
                 2d139d0c9035725adc1a01b7230a41fa",
    },
    Xof {
        id: "rfc9861/KT256/8192-context-8189",
        algorithm: "KT256",
        message: Message::Pattern(8192),
        context: Message::Pattern(8189),
        skipped: 0,
        output: "74e47879f10a9c5d11bd2da7e194fe57e86378bf3c3f7448eff3c576a0f18c5caae0999979512090a7f348af4260d4de\
                 3c37f1ecaf8d2c2c96c1d16c64b12496",
    },
    Xof {
        id: "rfc9861/KT256/8192-context-8190",
        algorithm: "KT256",
        message: Message::Pattern(8192),
        context: Message::Pattern(8190),
        skipped: 0,
        output: "f4b5908b929ffe01e0f79ec2f21243d41a396b2e7303a6af1d6399cd6c7a0a2dd7c4f607e8277f9c9b1cb4ab9ddc59d4\
                 b92d1fc7558441f1832c3279a4241b8b",
    },
];
