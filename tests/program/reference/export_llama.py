#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Part of blockopt: writes the small random Llamas beside this file, and the logits that transformers computes with them,
# in float whatever the values are stored in. They are committed, so that no test needs Python.
# Made with torch 2.15.0, transformers 5.23.0 and safetensors 0.8.0.
# Usage: python3 export_llama.py
import pathlib
import shutil

import safetensors.torch
import torch
import transformers

HERE = pathlib.Path(__file__).resolve().parent


def export(name, dtype, tokens, max_shard_size="1GB", **config):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(7)
    configuration = transformers.LlamaConfig(
        vocab_size=96, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, initializer_range=0.2, bos_token_id=1, eos_token_id=2,
        attn_implementation="eager", **config)
    model = transformers.LlamaForCausalLM(configuration)
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            if "norm" in parameter_name:
                parameter.add_(0.2 * torch.randn_like(parameter))
    model = model.to(dtype)
    model.config.dtype = dtype
    model.save_pretrained(folder, max_shard_size=max_shard_size)
    (folder / "generation_config.json").unlink(missing_ok=True)
    model = transformers.LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    ids = torch.randint(0, 96, (2, tokens), generator=torch.Generator().manual_seed(11))
    with torch.no_grad():
        logits = model(ids, use_cache=False).logits
        loss = torch.nn.functional.cross_entropy(logits[:, :-1].reshape(-1, 96), ids[:, 1:].reshape(-1))
    safetensors.torch.save_file({"tokens": ids.to(torch.int32), "logits": logits.float().contiguous()},
                                folder / "expected.safetensors", metadata={"loss": repr(float(loss))})
    print(name, float(loss), sum(f.stat().st_size for f in folder.iterdir()), "bytes")


export("llama_f32", torch.float32, 24, tie_word_embeddings=False, rms_norm_eps=1e-5,
       rope_parameters={"rope_type": "default", "rope_theta": 10000.0})
export("llama_bf16_sharded", torch.bfloat16, 24, max_shard_size="20KB", tie_word_embeddings=True, rms_norm_eps=1e-6,
       head_dim=12,
       rope_parameters={"rope_type": "llama3", "rope_theta": 5000.0, "factor": 4.0, "low_freq_factor": 1.0,
                        "high_freq_factor": 4.0, "original_max_position_embeddings": 16})
