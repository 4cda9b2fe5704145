// SPDX-License-Identifier: MIT
// Part of blockopt: trajectories of torch.optim, optax and schedulefree that update rules are tested against.
//
// Written by export_rules.py, where the options are, from torch.optim 2.15.0, optax 0.2.8 and schedulefree 1.4.1
// (all on the CPU); do not edit. Start and gradients are those of pytorch_trajectories.hpp. Each trajectory has the
// values after the steps in `recorded_steps`; those named `average` are what schedulefree shows in evaluation mode.
#pragma once

#include <array>

#include <update/reference/pytorch_trajectories.hpp>

namespace blockopt_tests::rules {

inline constexpr std::array<int, 4> recorded_steps{1, 3, 12, 50};

template <class S>
using rows = std::array<std::array<S, pytorch::elements>, recorded_steps.size()>;

struct trajectory {
  const char* name;
  rows<double> float64;
  rows<float> float32;
};

inline constexpr trajectory adagrad{
    .name = "adagrad",
    .float64 = {{
      {{0x1.fae147ae26128p-1, -0x1p+1, 0x1p-1, 0x1.8ff5c28f5c28fp+6,
        -0x1.47ae147a548aep-7, 0x1.8147ae147a549p+1, -0x1.0a3d70a390abdp-2}},
      {{0x1.fe07f07e83759p-1, -0x1p+1, 0x1.f7ca55c4294bcp-2, 0x1.8fe94c4dd758cp+6,
        -0x1.764912cc9acf1p-6, 0x1.82ec92259935bp+1, -0x1.08e94a849796ap-2}},
      {{0x1.fb388386dc0d2p-1, -0x1p+1, 0x1.f9f1ee3b2f9d5p-2, 0x1.8fccc1d1fcb5bp+6,
        -0x1.cbab10beb8711p-5, 0x1.8422f42eac293p+1, -0x1.04bf32f559d2bp-2}},
      {{0x1.fc87255d27ae8p-1, -0x1p+1, 0x1.f3b36fcf1a45p-2, 0x1.8f8d1740168bap+6,
        -0x1.052b2a9301be8p-3, 0x1.8422f42eac293p+1, -0x1.057944b5dec48p-2}},
    }},
    .float32 = {{
      {{0x1.fae148p-1F, -0x1p+1F, 0x1p-1F, 0x1.8ff5c2p+6F,
        -0x1.47ae14p-7F, 0x1.8147aep+1F, -0x1.0a3d7p-2F}},
      {{0x1.fe07fp-1F, -0x1p+1F, 0x1.f7ca56p-2F, 0x1.8fe94cp+6F,
        -0x1.764914p-6F, 0x1.82ec92p+1F, -0x1.08e94ap-2F}},
      {{0x1.fb3882p-1F, -0x1p+1F, 0x1.f9f1eep-2F, 0x1.8fcccp+6F,
        -0x1.cbab1p-5F, 0x1.8422f4p+1F, -0x1.04bf34p-2F}},
      {{0x1.fc872ap-1F, -0x1p+1F, 0x1.f3b36ep-2F, 0x1.8f8d1ap+6F,
        -0x1.052b2ap-3F, 0x1.8422f4p+1F, -0x1.057946p-2F}},
    }},
};

inline constexpr trajectory adagrad_others{
    .name = "adagrad_others",
    .float64 = {{
      {{0x1.d6ee5870a5b18p-1, -0x1.e95b3379352f5p+0, 0x1.d4207755c5a61p-2, 0x1.8f999999c848bp+6,
        -0x1.86804467130a3p-4, 0x1.83dbb1cf85c9dp+1, -0x1.f7e9d74e0e7d5p-3}},
      {{0x1.d38987b14f29p-1, -0x1.cd48c68d2aef6p+0, 0x1.92d34d8f9852cp-2, 0x1.8f2463e673c33p+6,
        -0x1.aef816adcc649p-3, 0x1.89d2b7bd2228ep+1, -0x1.aac4782208f3dp-3}},
      {{0x1.85f987e8bfd92p-1, -0x1.926ec438ec053p+0, 0x1.fe746c09e906p-3, 0x1.8e4af6e6dd641p+6,
        -0x1.cdc43c739d1ccp-2, 0x1.6a7537a645ca6p+1, -0x1.d3489bbf54fd9p-4}},
      {{0x1.4fc88df502edcp-1, -0x1.4c6525552e2aep+0, 0x1.a376f279ef3ccp-4, 0x1.8d34ba053831p+6,
        -0x1.7b7efd974396ep-1, 0x1.3fe898d1215f6p+1, -0x1.6cc5be0b781fbp-5}},
    }},
    .float32 = {{
      {{0x1.d6ee58p-1F, -0x1.e95b34p+0F, 0x1.d42078p-2F, 0x1.8f999ap+6F,
        -0x1.868042p-4F, 0x1.83dbb2p+1F, -0x1.f7e9d8p-3F}},
      {{0x1.d38986p-1F, -0x1.cd48c8p+0F, 0x1.92d34cp-2F, 0x1.8f2464p+6F,
        -0x1.aef814p-3F, 0x1.89d2b8p+1F, -0x1.aac478p-3F}},
      {{0x1.85f986p-1F, -0x1.926ec6p+0F, 0x1.fe7466p-3F, 0x1.8e4af8p+6F,
        -0x1.cdc44p-2F, 0x1.6a7538p+1F, -0x1.d3489ep-4F}},
      {{0x1.4fc88ap-1F, -0x1.4c652ap+0F, 0x1.a376ecp-4F, 0x1.8d34bep+6F,
        -0x1.7b7fp-1F, 0x1.3fe89cp+1F, -0x1.6cc5c2p-5F}},
    }},
};

inline constexpr trajectory rmsprop{
    .name = "rmsprop",
    .float64 = {{
      {{0x1.cccccf7bfe851p-1, -0x1p+1, 0x1p-1, 0x1.8f99999999a45p+6,
        -0x1.999996ea67c1ap-4, 0x1.8cccccb7533e1p+1, -0x1.66665ba9a0158p-2}},
      {{0x1.ec3c333bd1842p-1, -0x1p+1, 0x1.e9be39adcc4c6p-2, 0x1.8f1caca0a45c6p+6,
        -0x1.d4d05830bdf4ap-3, 0x1.9d4d05830bdf4p+1, -0x1.593a59e5928cfp-2}},
      {{0x1.cf64ec25c311p-1, -0x1p+1, 0x1.f8b803a71f028p-2, 0x1.8dfa535b959dcp+6,
        -0x1.2256505fc1378p-1, 0x1.a987ec40b3defp+1, -0x1.2efdb729564fp-2}},
      {{0x1.db48eed4f6421p-1, -0x1p+1, 0x1.d7dcb1123c674p-2, 0x1.8b4f325b2e219p+6,
        -0x1.5527e6ed1c16ap+0, 0x1.a987ec40b3defp+1, -0x1.35c4bf4ff8affp-2}},
    }},
    .float32 = {{
      {{0x1.ccccdp-1F, -0x1p+1F, 0x1p-1F, 0x1.8f999ap+6F,
        -0x1.999996p-4F, 0x1.8cccccp+1F, -0x1.66665cp-2F}},
      {{0x1.ec3c34p-1F, -0x1p+1F, 0x1.e9be38p-2F, 0x1.8f1caep+6F,
        -0x1.d4d056p-3F, 0x1.9d4d04p+1F, -0x1.593a5ap-2F}},
      {{0x1.cf64f2p-1F, -0x1p+1F, 0x1.f8b802p-2F, 0x1.8dfa58p+6F,
        -0x1.22565p-1F, 0x1.a987eap+1F, -0x1.2efdb8p-2F}},
      {{0x1.db48f6p-1F, -0x1p+1F, 0x1.d7dcacp-2F, 0x1.8b4f32p+6F,
        -0x1.5527e6p+0F, 0x1.a987eap+1F, -0x1.35c4bep-2F}},
    }},
};

inline constexpr trajectory rmsprop_others{
    .name = "rmsprop_others",
    .float64 = {{
      {{0x1.5e3636381056p-1, -0x1.af169d31ad723p+0, 0x1.79ba5df5ad232p-3, 0x1.8ebc2ecb7bdcep+6,
        -0x1.43b70160b3ee9p-2, 0x1.a8597c9a72fbcp+1, 0x1.de9e6fec2dbcp-5}},
      {{0x1.639081d0034ccp-1, -0x1.4f1b18464b4cep+0, 0x1.958a7cf17e716p-6, 0x1.8d27b0c69273dp+6,
        -0x1.6c2a48fdd0ecep-1, 0x1.aaaacf3c77dcep+1, 0x1.ce9767f7254cp-5}},
      {{0x1.08f07f1f4a39dp-3, -0x1.e503c3acb4efbp-2, -0x1.33c423b7078cp-28, 0x1.88fb08aca42d5p+6,
        -0x1.bbfed1da77b32p+0, 0x1.0bdf89f72a81bp+1, 0x1.c7a520c4ef572p-5}},
      {{-0x1.4cf70838c545cp-3, -0x1.106f241257d4ep-28, -0x1.dbfdb6446190ep-8, 0x1.7b33068eddb6bp+6,
        -0x1.a8f42d19abbf9p+1, 0x1.88d017f050a65p-5, 0x1.994e5f7ea34e2p-5}},
    }},
    .float32 = {{
      {{0x1.5e3636p-1F, -0x1.af169cp+0F, 0x1.79ba6p-3F, 0x1.8ebc2ep+6F,
        -0x1.43b702p-2F, 0x1.a8597cp+1F, 0x1.de9e7p-5F}},
      {{0x1.639082p-1F, -0x1.4f1b18p+0F, 0x1.958a84p-6F, 0x1.8d27bp+6F,
        -0x1.6c2a48p-1F, 0x1.aaaacep+1F, 0x1.ce976p-5F}},
      {{0x1.08f07ap-3F, -0x1.e503cp-2F, -0x1.33c44p-28F, 0x1.88fb08p+6F,
        -0x1.bbfed2p+0F, 0x1.0bdf8ap+1F, 0x1.c7a52p-5F}},
      {{-0x1.4cf70ep-3F, -0x1.106e24p-28F, -0x1.dbfd84p-8F, 0x1.7b3306p+6F,
        -0x1.a8f42cp+1F, 0x1.88cffcp-5F, 0x1.994e6p-5F}},
    }},
};

inline constexpr trajectory amsgrad{
    .name = "amsgrad",
    .float64 = {{
      {{0x1.ff7ced92185ebp-1, -0x1p+1, 0x1p-1, 0x1.8ffef9db22d0fp+6,
        -0x1.0624dd031fa01p-10, 0x1.8020c49ba063fp+1, -0x1.010624da6f6abp-2}},
      {{0x1.ffe533c4c57cfp-1, -0x1p+1, 0x1.ff239b3496832p-2, 0x1.8ffd051a1414ep+6,
        -0x1.89374b84af6eep-9, 0x1.80624dd2e12bdp+1, -0x1.01505f83fa4ecp-2}},
      {{0x1.00053ce102ecdp+0, -0x1p+1, 0x1.fde05116137f2p-2, 0x1.8ff4b98bb2f44p+6,
        -0x1.89374b84af6f8p-7, 0x1.81301632d8b38p+1, -0x1.01a1bc07e4185p-2}},
      {{0x1.00160bc5babdep+0, -0x1p+1, 0x1.fd44e2aeff255p-2, 0x1.8fd246dddc1dep+6,
        -0x1.99999954e169fp-5, 0x1.81b40c6b8e2adp+1, -0x1.01cc6331337d1p-2}},
    }},
    .float32 = {{
      {{0x1.ff7ceep-1F, -0x1p+1F, 0x1p-1F, 0x1.8ffefap+6F,
        -0x1.0624dcp-10F, 0x1.8020c4p+1F, -0x1.010624p-2F}},
      {{0x1.ffe534p-1F, -0x1p+1F, 0x1.ff239ap-2F, 0x1.8ffd06p+6F,
        -0x1.89374cp-9F, 0x1.80624cp+1F, -0x1.01505ep-2F}},
      {{0x1.00053ep+0F, -0x1p+1F, 0x1.fde05p-2F, 0x1.8ff4bap+6F,
        -0x1.89374ep-7F, 0x1.813014p+1F, -0x1.01a1bap-2F}},
      {{0x1.001612p+0F, -0x1p+1F, 0x1.fd44e2p-2F, 0x1.8fd242p+6F,
        -0x1.999994p-5F, 0x1.81b40ap+1F, -0x1.01cc64p-2F}},
    }},
};

inline constexpr trajectory amsgrad_coupled{
    .name = "amsgrad_coupled",
    .float64 = {{
      {{0x1.cccfe2215ccdp-1, -0x1.e6677df94281ap+0, 0x1.99ab108b2bd5p-2, 0x1.8f999999c33cfp+6,
        -0x1.998f1d838b954p-4, 0x1.8cc986c6f8127p+1, -0x1.34d34d34d34d3p-3}},
      {{0x1.b5af7c577e40dp-1, -0x1.b3742f43ad043p+0, 0x1.a709226eafc5ep-3, 0x1.8ed5d08f8aabcp+6,
        -0x1.32a1d1a3766c6p-2, 0x1.a4adc327de1e1p+1, -0x1.21244f96721f7p-5}},
      {{0x1.90cbaea397142p-2, -0x1.b96474faf898ap-1, -0x1.9d077cf790f7bp-4, 0x1.8ba274caa48c1p+6,
        -0x1.2b20385704dbp+0, 0x1.6649ca6f13a3ep+1, 0x1.384a29456fb15p-6}},
      {{-0x1.2dda43c181356p-6, 0x1.a0f6f0fb9e77cp-7, -0x1.527d0b0e8fcf4p-10, 0x1.7e517f6c11ff2p+6,
        -0x1.9068a439b5a58p+1, 0x1.53011499db1c8p-2, 0x1.8c27d417990a4p-8}},
    }},
    .float32 = {{
      {{0x1.cccfe2p-1F, -0x1.e6677ep+0F, 0x1.99ab1p-2F, 0x1.8f999ap+6F,
        -0x1.998f1ap-4F, 0x1.8cc986p+1F, -0x1.34d34ep-3F}},
      {{0x1.b5af7cp-1F, -0x1.b3743p+0F, 0x1.a7092p-3F, 0x1.8ed5dp+6F,
        -0x1.32a1dp-2F, 0x1.a4adc2p+1F, -0x1.21245p-5F}},
      {{0x1.90cbaep-2F, -0x1.b9647p-1F, -0x1.9d077cp-4F, 0x1.8ba27p+6F,
        -0x1.2b2038p+0F, 0x1.6649cap+1F, 0x1.384a2p-6F}},
      {{-0x1.2dda4ep-6F, 0x1.a0f6e2p-7F, -0x1.527d0cp-10F, 0x1.7e517ap+6F,
        -0x1.9068a6p+1F, 0x1.53011ap-2F, 0x1.8c27fp-8F}},
    }},
};

inline constexpr trajectory amsgrad_decoupled{
    .name = "amsgrad_decoupled",
    .float64 = {{
      {{0x1.bd7b1e0c7db22p-1, -0x1.f0a3d70a3d70ap+0, 0x1.f0a3d70a3d70ap-2, 0x1.83999999c38bp+6,
        -0x1.998f1d838b954p-4, 0x1.81475a33ca713p+1, -0x1.5e8e71a778b02p-2}},
      {{0x1.cbea1720d4ac9p-1, -0x1.d349e01de2691p+0, 0x1.d34236a2a255bp-2, 0x1.6bf0b8498a326p+6,
        -0x1.2a0bddf1f65d8p-2, 0x1.83b8e3d4a89a9p+1, -0x1.62040fed9982cp-2}},
      {{0x1.481912b2058ebp-1, -0x1.633f4e521c12ep+0, 0x1.6334f6ecbcec2p-2, 0x1.11d7630f272fcp+6,
        -0x1.053a78254b8b7p+0, 0x1.5ef0fde4e6938p+1, -0x1.1664aeba2cac2p-2}},
      {{0x1.8a25935efc546p-3, -0x1.be990f3c0e7fbp-2, 0x1.be80d2f1d01e7p-4, 0x1.385245f789742p+4,
        -0x1.4d979298d952bp+1, 0x1.cac382e9142bcp-1, -0x1.53635dfa24d84p-4}},
    }},
    .float32 = {{
      {{0x1.bd7b2p-1F, -0x1.f0a3d8p+0F, 0x1.f0a3d8p-2F, 0x1.83999ap+6F,
        -0x1.998f1ap-4F, 0x1.81475ap+1F, -0x1.5e8e72p-2F}},
      {{0x1.cbea1ap-1F, -0x1.d349e2p+0F, 0x1.d3423ap-2F, 0x1.6bf0b8p+6F,
        -0x1.2a0bep-2F, 0x1.83b8e8p+1F, -0x1.62041p-2F}},
      {{0x1.48191cp-1F, -0x1.633f54p+0F, 0x1.633502p-2F, 0x1.11d766p+6F,
        -0x1.053a7cp+0F, 0x1.5ef108p+1F, -0x1.1664b8p-2F}},
      {{0x1.8a25c6p-3F, -0x1.be9938p-2F, 0x1.be8104p-4F, 0x1.38525ap+4F,
        -0x1.4d9792p+1F, 0x1.cac3aep-1F, -0x1.53638p-4F}},
    }},
};

inline constexpr trajectory nadam{
    .name = "nadam",
    .float64 = {{
      {{0x1.feeb0eba19c2bp-1, -0x1p+1, 0x1p-1, 0x1.8ffdd61d714c2p+6,
        -0x1.14f1472b7b778p-9, 0x1.80453c51cadeep+1, -0x1.0229e288e5115p-2}},
      {{0x1.ff96b8bf7b83bp-1, -0x1p+1, 0x1.fea8c0b00187p-2, 0x1.8ffaec36544dcp+6,
        -0x1.5129da165b242p-8, 0x1.80a894ed0b2d9p+1, -0x1.021156b2bfa14p-2}},
      {{0x1.fe5c1481a1349p-1, -0x1p+1, 0x1.ff2cb0cddeddp-2, 0x1.8fee38bd68b08p+6,
        -0x1.4176399d5b4dbp-6, 0x1.815373acca7bdp+1, -0x1.010e549548e4ap-2}},
      {{0x1.fe67b91d4cf1fp-1, -0x1p+1, 0x1.fc83f63f255d5p-2, 0x1.8fac0c273380bp+6,
        -0x1.7e73a76560ca4p-4, 0x1.81bc0b34f646bp+1, -0x1.012e2066eb6f6p-2}},
    }},
    .float32 = {{
      {{0x1.feeb1p-1F, -0x1p+1F, 0x1p-1F, 0x1.8ffdd6p+6F,
        -0x1.14f148p-9F, 0x1.80453ep+1F, -0x1.0229e2p-2F}},
      {{0x1.ff96bap-1F, -0x1p+1F, 0x1.fea8c2p-2F, 0x1.8ffaecp+6F,
        -0x1.5129dap-8F, 0x1.80a898p+1F, -0x1.021158p-2F}},
      {{0x1.fe5c14p-1F, -0x1p+1F, 0x1.ff2cb4p-2F, 0x1.8fee3ap+6F,
        -0x1.41763cp-6F, 0x1.81537ap+1F, -0x1.010e5ap-2F}},
      {{0x1.fe67aep-1F, -0x1p+1F, 0x1.fc83f8p-2F, 0x1.8fac0cp+6F,
        -0x1.7e73aep-4F, 0x1.81bc14p+1F, -0x1.012e3p-2F}},
    }},
};

inline constexpr trajectory nadam_coupled{
    .name = "nadam_coupled",
    .float64 = {{
      {{0x1.c7ed40aca0f81p-1, -0x1.e3f62242f6819p+0, 0x1.8fe6e1aa5502fp-2, 0x1.8f8fd3c033b4ap+6,
        -0x1.c0a583a7a2625p-4, 0x1.8e01f1feba41fp+1, -0x1.216f504d1b3dcp-3}},
      {{0x1.bd4f49a8eb98ep-1, -0x1.b98d955bd2f16p+0, 0x1.f4b1acfc0199bp-3, 0x1.8eec381108ed1p+6,
        -0x1.1c06ce3c857cep-2, 0x1.9e949d127f041p+1, -0x1.3247331a58c58p-4}},
      {{0x1.87f90cb6867b2p-2, -0x1.0070acf0e175p+0, -0x1.eaa8d56db18aep-6, 0x1.8c0f89f5787c5p+6,
        -0x1.0c6cb041fab5dp+0, 0x1.3f6291ef634f2p+1, 0x1.3e9a63500ddd4p-5}},
      {{-0x1.746fbc09f6082p-4, 0x1.62ce36b874f81p-8, -0x1.9b64f625221a4p-24, 0x1.7ebaaed5cb60ap+6,
        -0x1.9381093fb37b2p+1, 0x1.6966a64265bd4p-3, 0x1.017e7f960bce8p-5}},
    }},
    .float32 = {{
      {{0x1.c7ed4p-1F, -0x1.e3f622p+0F, 0x1.8fe6e2p-2F, 0x1.8f8fd4p+6F,
        -0x1.c0a584p-4F, 0x1.8e01f2p+1F, -0x1.216f5p-3F}},
      {{0x1.bd4f48p-1F, -0x1.b98d94p+0F, 0x1.f4b1aep-3F, 0x1.8eec3ap+6F,
        -0x1.1c06cep-2F, 0x1.9e949ep+1F, -0x1.324738p-4F}},
      {{0x1.87f90ap-2F, -0x1.0070aap+0F, -0x1.eaa8dcp-6F, 0x1.8c0f8cp+6F,
        -0x1.0c6cbp+0F, 0x1.3f6296p+1F, 0x1.3e9a6p-5F}},
      {{-0x1.746fc2p-4F, 0x1.62ce26p-8F, -0x1.9b650ep-24F, 0x1.7ebabp+6F,
        -0x1.938108p+1F, 0x1.6966cp-3F, 0x1.017e82p-5F}},
    }},
};

inline constexpr trajectory nadam_decoupled{
    .name = "nadam_decoupled",
    .float64 = {{
      {{0x1.b89b49690b697p-1, -0x1.f0a3d70a3d70ap+0, 0x1.f0a3d70a3d70ap-2, 0x1.838fd7f1641f6p+6,
        -0x1.c094bf5528c8ap-4, 0x1.827f8742575adp+1, -0x1.684c1ca2db6ffp-2}},
      {{0x1.c12a292bb70afp-1, -0x1.d349e01de2691p+0, 0x1.d343127962caap-2, 0x1.6c07d805de784p+6,
        -0x1.15e1b1d5305ebp-2, 0x1.81339e510fdaap+1, -0x1.530e57a92a7dap-2}},
      {{0x1.0a4d5158d6183p-1, -0x1.633f4e521c12ep+0, 0x1.633e49530a8a4p-2, 0x1.1233621612c1ap+6,
        -0x1.e5248e37a422p-1, 0x1.43785ae3d8af3p+1, -0x1.99c9ad88eaf9fp-3}},
      {{0x1.386c30ddcb8b6p-4, -0x1.be990f3c0e7fbp-2, 0x1.be791ba5431e4p-4, 0x1.38cb4e0b2cbe8p+4,
        -0x1.4a2860dd2e55bp+1, 0x1.a0557fa2e7243p-1, -0x1.5084201efe548p-5}},
    }},
    .float32 = {{
      {{0x1.b89b4cp-1F, -0x1.f0a3d8p+0F, 0x1.f0a3d8p-2F, 0x1.838fd8p+6F,
        -0x1.c094cp-4F, 0x1.827f88p+1F, -0x1.684c1cp-2F}},
      {{0x1.c12a2cp-1F, -0x1.d349e2p+0F, 0x1.d34312p-2F, 0x1.6c07dcp+6F,
        -0x1.15e1b2p-2F, 0x1.8133ap+1F, -0x1.530e5ap-2F}},
      {{0x1.0a4d58p-1F, -0x1.633f54p+0F, 0x1.633e5p-2F, 0x1.12336cp+6F,
        -0x1.e52496p-1F, 0x1.437864p+1F, -0x1.99c9bap-3F}},
      {{0x1.386c7cp-4F, -0x1.be9938p-2F, 0x1.be7942p-4F, 0x1.38cb6cp+4F,
        -0x1.4a286ap+1F, 0x1.a0559ep-1F, -0x1.508474p-5F}},
    }},
};

inline constexpr trajectory lion{
    .name = "lion",
    .float64 = {{
      {{0x1.fae147ae147aep-1, -0x1p+1, 0x1p-1, 0x1.8ff5c28f5c28fp+6,
        -0x1.47ae147ae147bp-7, 0x1.8147ae147ae14p+1, -0x1.0a3d70a3d70a4p-2}},
      {{0x1.fae147ae147aep-1, -0x1p+1, 0x1p-1, 0x1.8fe147ae147adp+6,
        -0x1.eb851eb851eb8p-6, 0x1.83d70a3d70a3cp+1, -0x1.0a3d70a3d70a4p-2}},
      {{0x1.f5c28f5c28f5cp-1, -0x1p+1, 0x1.051eb851eb852p-1, 0x1.8f851eb851eb4p+6,
        -0x1.eb851eb851eb7p-4, 0x1.8f5c28f5c28fp+1, -0x1p-2}},
      {{0x1.eb851eb851eb8p-1, -0x1p+1, 0x1.0f5c28f5c28f6p-1, 0x1.8dfffffffffeep+6,
        -0x1.0000000000002p-1, 0x1.bffffffffffe8p+1, -0x1p-2}},
    }},
    .float32 = {{
      {{0x1.fae148p-1F, -0x1p+1F, 0x1p-1F, 0x1.8ff5c2p+6F,
        -0x1.47ae14p-7F, 0x1.8147aep+1F, -0x1.0a3d7p-2F}},
      {{0x1.fae148p-1F, -0x1p+1F, 0x1p-1F, 0x1.8fe146p+6F,
        -0x1.eb851ep-6F, 0x1.83d70ap+1F, -0x1.0a3d7p-2F}},
      {{0x1.f5c29p-1F, -0x1p+1F, 0x1.051eb8p-1F, 0x1.8f8518p+6F,
        -0x1.eb851ap-4F, 0x1.8f5c28p+1F, -0x1.fffffep-3F}},
      {{0x1.eb852p-1F, -0x1p+1F, 0x1.0f5c28p-1F, 0x1.8dffe4p+6F,
        -0x1.fffff2p-2F, 0x1.bffffcp+1F, -0x1.fffffep-3F}},
    }},
};

inline constexpr trajectory lion_decay{
    .name = "lion_decay",
    .float64 = {{
      {{0x1.f95810624dd2fp-1, -0x1.fe76c8b439581p+0, 0x1.fe76c8b439581p-2, 0x1.8ec28f5c28f5cp+6,
        -0x1.47ae147ae147bp-7, 0x1.8020c49ba5e35p+1, -0x1.0978d4fdf3b64p-2}},
      {{0x1.f64d1678005b9p-1, -0x1.fb67e32cfa4ddp+0, 0x1.e6f4df295f8eap-2, 0x1.8c4a88bafa117p+6,
        -0x1.ea0c0297b4e8p-6, 0x1.80620266eb242p+1, -0x1.07e98b00710b7p-2}},
      {{0x1.e3b84b38e656bp-1, -0x1.edde7dce63e33p+0, 0x1.e453a8b6b58cdp-2, 0x1.815cf2e548a36p+6,
        -0x1.e37d8fd59854fp-4, 0x1.8182cad977adp+1, -0x1.ed818594fdec7p-3}},
      {{0x1.a594262bc6214p-1, -0x1.b89548d8f7962p+0, 0x1.c39cf31252d94p-2, 0x1.565884247d353p+6,
        -0x1.dc1cc50438176p-2, 0x1.85f38f4340b37p+1, -0x1.b72714b8e808bp-3}},
    }},
    .float32 = {{
      {{0x1.f9581p-1F, -0x1.fe76c8p+0F, 0x1.fe76c8p-2F, 0x1.8ec29p+6F,
        -0x1.47ae14p-7F, 0x1.8020c4p+1F, -0x1.0978d4p-2F}},
      {{0x1.f64d16p-1F, -0x1.fb67e2p+0F, 0x1.f1325p-2F, 0x1.8c4a8ap+6F,
        -0x1.ea0c02p-6F, 0x1.806202p+1F, -0x1.07e98ap-2F}},
      {{0x1.e3b84ap-1F, -0x1.edde8p+0F, 0x1.ee4b28p-2F, 0x1.815cf6p+6F,
        -0x1.e37d8ep-4F, 0x1.8182cap+1F, -0x1.ed8184p-3F}},
      {{0x1.a59426p-1F, -0x1.b8954cp+0F, 0x1.cc812ap-2F, 0x1.565886p+6F,
        -0x1.dc1cc8p-2F, 0x1.85f38ep+1F, -0x1.b72716p-3F}},
    }},
};

inline constexpr trajectory sign_momentum{
    .name = "sign_momentum",
    .float64 = {{
      {{0x1.fae147ae147aep-1, -0x1p+1, 0x1p-1, 0x1.8ff5c28f5c28fp+6,
        -0x1.47ae147ae147bp-7, 0x1.8147ae147ae14p+1, -0x1.0a3d70a3d70a4p-2}},
      {{0x1.028f5c28f5c29p+0, -0x1p+1, 0x1.eb851eb851eb8p-2, 0x1.8fe147ae147adp+6,
        -0x1.eb851eb851eb8p-6, 0x1.83d70a3d70a3cp+1, -0x1.0a3d70a3d70a4p-2}},
      {{0x1.051eb851eb852p+0, -0x1p+1, 0x1.b851eb851eb84p-2, 0x1.8f851eb851eb4p+6,
        -0x1.eb851eb851eb7p-4, 0x1.8f5c28f5c28fp+1, -0x1p-2}},
      {{0x1.0f5c28f5c28f6p+0, -0x1p+1, 0x1.51eb851eb851cp-2, 0x1.8dfffffffffeep+6,
        -0x1.0000000000002p-1, 0x1.bffffffffffe8p+1, -0x1p-2}},
    }},
    .float32 = {{
      {{0x1.fae148p-1F, -0x1p+1F, 0x1p-1F, 0x1.8ff5c2p+6F,
        -0x1.47ae14p-7F, 0x1.8147aep+1F, -0x1.0a3d7p-2F}},
      {{0x1.028f5cp+0F, -0x1p+1F, 0x1.eb852p-2F, 0x1.8fe146p+6F,
        -0x1.eb851ep-6F, 0x1.83d70ap+1F, -0x1.0a3d7p-2F}},
      {{0x1.051eb8p+0F, -0x1p+1F, 0x1.b851fp-2F, 0x1.8f8518p+6F,
        -0x1.eb851ap-4F, 0x1.8f5c28p+1F, -0x1.fffffep-3F}},
      {{0x1.0f5c28p+0F, -0x1p+1F, 0x1.51eb9p-2F, 0x1.8dffe4p+6F,
        -0x1.fffff2p-2F, 0x1.bffffcp+1F, -0x1.fffffep-3F}},
    }},
};

inline constexpr trajectory sign_momentum_decay{
    .name = "sign_momentum_decay",
    .float64 = {{
      {{0x1.f95810624dd2fp-1, -0x1.fe76c8b439581p+0, 0x1.fe76c8b439581p-2, 0x1.8ec28f5c28f5cp+6,
        -0x1.47ae147ae147bp-7, 0x1.8020c49ba5e35p+1, -0x1.0978d4fdf3b64p-2}},
      {{0x1.0045438debb2ep+0, -0x1.fb67e32cfa4ddp+0, 0x1.e6f4df295f8eap-2, 0x1.8c4a88bafa117p+6,
        -0x1.ea0c0297b4e8p-6, 0x1.80620266eb242p+1, -0x1.07e98b00710b7p-2}},
      {{0x1.ed88f23877e09p-1, -0x1.edde7dce63e33p+0, 0x1.d074a7fd9afaap-2, 0x1.815cf2e548a36p+6,
        -0x1.e37d8fd59854fp-4, 0x1.8182cad977adp+1, -0x1.ed818594fdec7p-3}},
      {{0x1.e76f5f2dec64p-1, -0x1.b89548d8f7962p+0, 0x1.5106436651482p-2, 0x1.565884247d353p+6,
        -0x1.dc1cc50438176p-2, 0x1.85f38f4340b37p+1, -0x1.b72714b8e808bp-3}},
    }},
    .float32 = {{
      {{0x1.f9581p-1F, -0x1.fe76c8p+0F, 0x1.fe76c8p-2F, 0x1.8ec29p+6F,
        -0x1.47ae14p-7F, 0x1.8020c4p+1F, -0x1.0978d4p-2F}},
      {{0x1.004544p+0F, -0x1.fb67e2p+0F, 0x1.e6f4dep-2F, 0x1.8c4a8ap+6F,
        -0x1.ea0c02p-6F, 0x1.806202p+1F, -0x1.07e98ap-2F}},
      {{0x1.ed88f8p-1F, -0x1.edde8p+0F, 0x1.d074a6p-2F, 0x1.815cf6p+6F,
        -0x1.e37d8ep-4F, 0x1.8182cap+1F, -0x1.ed8184p-3F}},
      {{0x1.e76f68p-1F, -0x1.b8954cp+0F, 0x1.51064p-2F, 0x1.565886p+6F,
        -0x1.dc1cc8p-2F, 0x1.85f38ep+1F, -0x1.b72716p-3F}},
    }},
};

inline constexpr trajectory free_sgd{
    .name = "free_sgd",
    .float64 = {{
      {{0x1.fcccccccccccdp-1, -0x1p+1, 0x1p-1, -0x1.a333333333334p+6,
        -0x1.999999999999ap-5, 0x1.8666666666666p+1, -0x1.0333333333333p-2}},
      {{0x1.02b851eb851ecp+0, -0x1p+1, 0x1.ffffffec28f5cp-2, -0x1.a11eb851eb852p+8,
        -0x1.ae147ae147ae2p-4, 0x1.8d70a3d70a3d6p+1, -0x1.023d70a3d70a3p-2}},
      {{0x1.0099999999999p+0, -0x1p+1, 0x1.ffffffe599999p-2, -0x1.6a851eb851eb8p+10,
        -0x1.68f5c28f5c28fp-2, 0x1.9b33333333331p+1, -0x1.0170a3d70a3d6p-2}},
      {{0x1.00b5dcc63f144p+0, -0x1p+1, 0x1.ffffffdd35a87p-2, -0x1.6527a0f9096b9p+12,
        -0x1.65c28f5c28f5cp+0, 0x1.9ed916872b01dp+1, -0x1.0170a3d70a3d9p-2}},
    }},
    .float32 = {{
      {{0x1.fcccccp-1F, -0x1p+1F, 0x1p-1F, -0x1.a33334p+6F,
        -0x1.99999ap-5F, 0x1.866666p+1F, -0x1.033334p-2F}},
      {{0x1.02b852p+0F, -0x1p+1F, 0x1p-1F, -0x1.a11ebap+8F,
        -0x1.ae147cp-4F, 0x1.8d70a2p+1F, -0x1.023d7p-2F}},
      {{0x1.009996p+0F, -0x1p+1F, 0x1p-1F, -0x1.6a852p+10F,
        -0x1.68f5c4p-2F, 0x1.9b3332p+1F, -0x1.0170a4p-2F}},
      {{0x1.00b5d6p+0F, -0x1p+1F, 0x1p-1F, -0x1.6527a8p+12F,
        -0x1.65c288p+0F, 0x1.9ed914p+1F, -0x1.0170a8p-2F}},
    }},
};

inline constexpr trajectory free_sgd_average{
    .name = "free_sgd_average",
    .float64 = {{
      {{0x1.fcccccccccccdp-1, -0x1p+1, 0x1p-1, -0x1.a333333333334p+6,
        -0x1.999999999999ap-5, 0x1.8666666666666p+1, -0x1.0333333333333p-2}},
      {{0x1.02aaaaaaaaaabp+0, -0x1p+1, 0x1.ffffffecccccdp-2, -0x1.8aeeeeeeeeeefp+8,
        -0x1.999999999999ap-4, 0x1.8ccccccccccccp+1, -0x1.0222222222221p-2}},
      {{0x1.01bbbbbbbbbbbp+0, -0x1p+1, 0x1.ffffffe2aaaaap-2, -0x1.4e77777777777p+10,
        -0x1.4ccccccccccccp-2, 0x1.9aaaaaaaaaaa8p+1, -0x1.0199999999998p-2}},
      {{0x1.01db22d0e5607p+0, -0x1p+1, 0x1.ffffffdfbe76ep-2, -0x1.466c083126e94p+12,
        -0x1.4666666666666p+0, 0x1.9eb851eb851e8p+1, -0x1.019999999999cp-2}},
    }},
    .float32 = {{
      {{0x1.fcccccp-1F, -0x1p+1F, 0x1p-1F, -0x1.a33334p+6F,
        -0x1.99999ap-5F, 0x1.866666p+1F, -0x1.033334p-2F}},
      {{0x1.02aaaap+0F, -0x1p+1F, 0x1p-1F, -0x1.8aeefp+8F,
        -0x1.99999ap-4F, 0x1.8ccccap+1F, -0x1.022222p-2F}},
      {{0x1.01bbb8p+0F, -0x1p+1F, 0x1p-1F, -0x1.4e7778p+10F,
        -0x1.4ccccep-2F, 0x1.9aaaaap+1F, -0x1.01999ap-2F}},
      {{0x1.01db1cp+0F, -0x1p+1F, 0x1p-1F, -0x1.466c1p+12F,
        -0x1.46666p+0F, 0x1.9eb85p+1F, -0x1.01999ep-2F}},
    }},
};

inline constexpr trajectory free_sgd_others{
    .name = "free_sgd_others",
    .float64 = {{
      {{0x1.fe8f5c28f5c29p-1, -0x1.ff5c28f5c28f6p+0, 0x1.ff5c28f5c28f6p-2, 0x1.8566666666666p+5,
        -0x1.999999999999ap-7, 0x1.811eb851eb852p+1, -0x1.007ae147ae148p-2}},
      {{0x1.00008bc6cb73bp+0, -0x1.fcba15d13901p+0, 0x1.fcba15c58837bp-2, -0x1.9e85d20f5358ep+7,
        -0x1.05d92e9e2fadep-4, 0x1.85ba59d1dc3e3p+1, -0x1.fed0d836138fep-3}},
      {{0x1.e4fbabb718f7p-1, -0x1.ece2dd1acdabbp+0, 0x1.ece2dd13230e1p-2, -0x1.71666a9967e06p+10,
        -0x1.7e46b9e7ee973p-2, 0x1.86a267ef2787bp+1, -0x1.ec0c065414f93p-3}},
      {{0x1.a87f277d56504p-1, -0x1.ade2b6638d327p+0, 0x1.ade2b64f5b0cbp-2, -0x1.95da8cc223fcep+12,
        -0x1.9a92700e3e039p+0, 0x1.557a7a72028d3p+1, -0x1.ad32110f6b3c5p-3}},
    }},
    .float32 = {{
      {{0x1.fe8f5cp-1F, -0x1.ff5c28p+0F, 0x1.ff5c28p-2F, 0x1.856666p+5F,
        -0x1.99999ap-7F, 0x1.811eb8p+1F, -0x1.007ae2p-2F}},
      {{0x1.00008ap+0F, -0x1.fcba14p+0F, 0x1.fcba14p-2F, -0x1.9e85d4p+7F,
        -0x1.05d92ep-4F, 0x1.85ba5ap+1F, -0x1.fed0dap-3F}},
      {{0x1.e4fba8p-1F, -0x1.ece2dcp+0F, 0x1.ece2dap-2F, -0x1.71666ap+10F,
        -0x1.7e46bap-2F, 0x1.86a268p+1F, -0x1.ec0c0cp-3F}},
      {{0x1.a87f1ep-1F, -0x1.ade2b6p+0F, 0x1.ade2b6p-2F, -0x1.95da92p+12F,
        -0x1.9a9274p+0F, 0x1.557a7ap+1F, -0x1.ad3214p-3F}},
    }},
};

inline constexpr trajectory free_sgd_others_average{
    .name = "free_sgd_others_average",
    .float64 = {{
      {{0x1.fe8f5c28f5c29p-1, -0x1.ff5c28f5c28f6p+0, 0x1.ff5c28f5c28f6p-2, 0x1.8566666666666p+5,
        -0x1.999999999999ap-7, 0x1.811eb851eb852p+1, -0x1.007ae147ae148p-2}},
      {{0x1.002f2b51898bbp+0, -0x1.fcddd8aa6cc82p+0, 0x1.fcddd89e994aep-2, -0x1.8b6da61304378p+7,
        -0x1.f558957c02e02p-5, 0x1.857bc4d5c1a1ap+1, -0x1.fead793345362p-3}},
      {{0x1.eab1e45ba1fdcp-1, -0x1.eeb552f0bd3e8p+0, 0x1.eeb552e34663bp-2, -0x1.4d6d3289836c2p+10,
        -0x1.59d58531371f6p-2, 0x1.87d93941ed962p+1, -0x1.ee7611c55afcfp-3}},
      {{0x1.b4fa91c20e59ep-1, -0x1.b5e39e73e1f07p+0, 0x1.b5e39e6468601p-2, -0x1.6f036e6d683c7p+12,
        -0x1.728de7bc964d7p+0, 0x1.5bd0b1d69a31ap+1, -0x1.b5d40276017e2p-3}},
    }},
    .float32 = {{
      {{0x1.fe8f5cp-1F, -0x1.ff5c28p+0F, 0x1.ff5c28p-2F, 0x1.856666p+5F,
        -0x1.99999ap-7F, 0x1.811eb8p+1F, -0x1.007ae2p-2F}},
      {{0x1.002f2ap+0F, -0x1.fcddd8p+0F, 0x1.fcddd8p-2F, -0x1.8b6da8p+7F,
        -0x1.f55894p-5F, 0x1.857bc4p+1F, -0x1.fead7cp-3F}},
      {{0x1.eab1ep-1F, -0x1.eeb552p+0F, 0x1.eeb55p-2F, -0x1.4d6d32p+10F,
        -0x1.59d584p-2F, 0x1.87d938p+1F, -0x1.ee7618p-3F}},
      {{0x1.b4fa88p-1F, -0x1.b5e39ep+0F, 0x1.b5e39ep-2F, -0x1.6f0372p+12F,
        -0x1.728decp+0F, 0x1.5bd0b2p+1F, -0x1.b5d406p-3F}},
    }},
};

inline constexpr trajectory free_adamw{
    .name = "free_adamw",
    .float64 = {{
      {{0x1.feb851ed3cecbp-1, -0x1p+1, 0x1p-1, 0x1.8ffd70a3d70a4p+6,
        -0x1.47ae1443e7881p-9, 0x1.8051eb8510f9ep+1, -0x1.028f5c22168abp-2}},
      {{0x1.ffa370d8f4b5fp-1, -0x1p+1, 0x1.fe66fe179914fp-2, 0x1.8ffa9f10c21f9p+6,
        -0x1.5810621419811p-8, 0x1.80ac08310a0ccp+1, -0x1.01cac07e42fabp-2}},
      {{0x1.ff2c65545d56cp-1, -0x1p+1, 0x1.fde9921047fdcp-2, 0x1.8ff013aa24324p+6,
        -0x1.20c49b7570d5bp-6, 0x1.815c28f58826p+1, -0x1.0126e975bd582p-2}},
      {{0x1.ff18f526ad9b2p-1, -0x1p+1, 0x1.fd3fc0bcc5d08p-2, 0x1.8fc1986239065p+6,
        -0x1.1e353f4ce907p-4, 0x1.818adab9b31aep+1, -0x1.0126e975bd581p-2}},
    }},
    .float32 = {{
      {{0x1.feb852p-1F, -0x1p+1F, 0x1p-1F, 0x1.8ffd7p+6F,
        -0x1.47ae14p-9F, 0x1.8051ecp+1F, -0x1.028f5cp-2F}},
      {{0x1.ffa372p-1F, -0x1p+1F, 0x1.fe67p-2F, 0x1.8ffaap+6F,
        -0x1.581062p-8F, 0x1.80ac08p+1F, -0x1.01cacp-2F}},
      {{0x1.ff2c6ap-1F, -0x1p+1F, 0x1.fde99p-2F, 0x1.8ff016p+6F,
        -0x1.20c498p-6F, 0x1.815c2cp+1F, -0x1.0126eap-2F}},
      {{0x1.ff18f6p-1F, -0x1p+1F, 0x1.fd3fbep-2F, 0x1.8fc198p+6F,
        -0x1.1e353cp-4F, 0x1.818adep+1F, -0x1.0126ecp-2F}},
    }},
};

inline constexpr trajectory free_adamw_average{
    .name = "free_adamw_average",
    .float64 = {{
      {{0x1.feb851ed3cecbp-1, -0x1p+1, 0x1p-1, 0x1.8ffd70a3d70a4p+6,
        -0x1.47ae1443e7881p-9, 0x1.8051eb8510f9ep+1, -0x1.028f5c22168abp-2}},
      {{0x1.ffa21ce0d4d96p-1, -0x1p+1, 0x1.fe733024d0b9p-2, 0x1.8ffad44718268p+6,
        -0x1.47ae1443e7872p-8, 0x1.80a3d70a21f3cp+1, -0x1.01b4e816b9b1dp-2}},
      {{0x1.ff6c3f3eb5d1fp-1, -0x1p+1, 0x1.fda650f178f6cp-2, 0x1.8ff142045af66p+6,
        -0x1.0a3d70772c1dfp-6, 0x1.815555551c113p+1, -0x1.0147ae110b457p-2}},
      {{0x1.ff59c1ac49c3p-1, -0x1p+1, 0x1.fd77f95cce691p-2, 0x1.8fc701b1e8a73p+6,
        -0x1.051eb8261c803p-4, 0x1.8189374b84af8p+1, -0x1.0147ae110b456p-2}},
    }},
    .float32 = {{
      {{0x1.feb852p-1F, -0x1p+1F, 0x1p-1F, 0x1.8ffd7p+6F,
        -0x1.47ae14p-9F, 0x1.8051ecp+1F, -0x1.028f5cp-2F}},
      {{0x1.ffa21ep-1F, -0x1p+1F, 0x1.fe7332p-2F, 0x1.8ffad6p+6F,
        -0x1.47ae14p-8F, 0x1.80a3d6p+1F, -0x1.01b4e8p-2F}},
      {{0x1.ff6c44p-1F, -0x1p+1F, 0x1.fda65p-2F, 0x1.8ff144p+6F,
        -0x1.0a3d6ep-6F, 0x1.815558p+1F, -0x1.0147aep-2F}},
      {{0x1.ff59c4p-1F, -0x1p+1F, 0x1.fd77f6p-2F, 0x1.8fc7p+6F,
        -0x1.051eb6p-4F, 0x1.81893ap+1F, -0x1.0147bp-2F}},
    }},
};

inline constexpr trajectory free_adamw_others{
    .name = "free_adamw_others",
    .float64 = {{
      {{0x1.f2b23935b2bd4p-1, -0x1.fced916872b02p+0, 0x1.fced916872b02p-2, 0x1.8d851eb85a4fp+6,
        -0x1.47a5b13609444p-6, 0x1.80417870c216ap+1, -0x1.12e949ee4b567p-2}},
      {{0x1.f2950ce535635p-1, -0x1.f0678f92c383fp+0, 0x1.f064be2cbc4cp-2, 0x1.837254618aa69p+6,
        -0x1.9fd666256af4p-4, 0x1.814c5edf3dfaap+1, -0x1.12dec0dfc2cf2p-2}},
      {{0x1.60deb7c859583p-1, -0x1.9a171d92176a4p+0, 0x1.9a17de74be85ap-2, 0x1.3e293bf9cfd07p+6,
        -0x1.53aa40bc4db16p-1, 0x1.5387e389b63c7p+1, -0x1.9061dfe030e53p-3}},
      {{0x1.f5f52a99a80afp-3, -0x1.40b78a3ea6004p-1, 0x1.40b2b537aca17p-3, 0x1.d535e98e6ca4fp+4,
        -0x1.25015b7de7bcep+1, 0x1.0b09bd1f5c298p+0, -0x1.2272edf39f71bp-4}},
    }},
    .float32 = {{
      {{0x1.f2b23ap-1F, -0x1.fced92p+0F, 0x1.fced92p-2F, 0x1.8d851ep+6F,
        -0x1.47a5bp-6F, 0x1.804178p+1F, -0x1.12e94ap-2F}},
      {{0x1.f2950cp-1F, -0x1.f0679p+0F, 0x1.f064cp-2F, 0x1.837254p+6F,
        -0x1.9fd666p-4F, 0x1.814c6p+1F, -0x1.12decp-2F}},
      {{0x1.60deb4p-1F, -0x1.9a171ep+0F, 0x1.9a17dcp-2F, 0x1.3e293ap+6F,
        -0x1.53aa4p-1F, 0x1.5387e2p+1F, -0x1.9061e2p-3F}},
      {{0x1.f5f528p-3F, -0x1.40b78ap-1F, 0x1.40b2acp-3F, 0x1.d535fp+4F,
        -0x1.25015ep+1F, 0x1.0b09bap+0F, -0x1.2272eep-4F}},
    }},
};

inline constexpr trajectory free_adamw_others_average{
    .name = "free_adamw_others_average",
    .float64 = {{
      {{0x1.f2b23935b2bd4p-1, -0x1.fced916872b02p+0, 0x1.fced916872b02p-2, 0x1.8d851eb85a4fp+6,
        -0x1.47a5b13609444p-6, 0x1.80417870c216ap+1, -0x1.12e949ee4b567p-2}},
      {{0x1.f4356b382a1d8p-1, -0x1.f111249fa38f9p+0, 0x1.f10e49f399a6ap-2, 0x1.83f9bd81bc284p+6,
        -0x1.8e2ca88fc238dp-4, 0x1.813e40bc38bd8p+1, -0x1.0fa37caa8875bp-2}},
      {{0x1.7a2fc5d47a3e3p-1, -0x1.a3477549758p+0, 0x1.a346644da1f25p-2, 0x1.458adbd931942p+6,
        -0x1.3509e50fa637ep-1, 0x1.5ac8df1595adep+1, -0x1.acda1def7a877p-3}},
      {{0x1.502257b7e71b6p-2, -0x1.72bca7dc43608p-1, 0x1.72baa27da67a5p-3, 0x1.12cc207e3c73ap+5,
        -0x1.102a6d0f3d1a2p+1, 0x1.34924ec853927p+0, -0x1.7ee328f3c7181p-4}},
    }},
    .float32 = {{
      {{0x1.f2b23ap-1F, -0x1.fced92p+0F, 0x1.fced92p-2F, 0x1.8d851ep+6F,
        -0x1.47a5bp-6F, 0x1.804178p+1F, -0x1.12e94ap-2F}},
      {{0x1.f4356ap-1F, -0x1.f11124p+0F, 0x1.f10e4cp-2F, 0x1.83f9bcp+6F,
        -0x1.8e2ca8p-4F, 0x1.813e42p+1F, -0x1.0fa37cp-2F}},
      {{0x1.7a2fc2p-1F, -0x1.a34776p+0F, 0x1.a34662p-2F, 0x1.458adap+6F,
        -0x1.3509e4p-1F, 0x1.5ac8dep+1F, -0x1.acda2p-3F}},
      {{0x1.502258p-2F, -0x1.72bca8p-1F, 0x1.72ba9ap-3F, 0x1.12cc24p+5F,
        -0x1.102a7p+1F, 0x1.34924cp+0F, -0x1.7ee32cp-4F}},
    }},
};

}  // namespace blockopt_tests::rules
